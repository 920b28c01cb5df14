# The wasm modules: one set of link options for all of them, and the modules themselves. `tare`
# carries everything; `tare_price` is the same sources with the tables that the price page needs.
file(GLOB wasm_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/wasm/*.cpp")
find_program(TARE_NODE node REQUIRED)

function(tare_wasm_module target)
  add_executable(${target} ${wasm_sources})
  set_target_properties(${target} PROPERTIES SUFFIX ".mjs")
  target_link_libraries(${target} PRIVATE tare_core embind)
  tare_tables(${target} ${ARGN})
  # With -fno-rtti Embind has no names of types that were never bound.
  target_compile_definitions(${target} PRIVATE EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
  target_link_options(${target} PRIVATE
    -Oz -flto -msimd128 $<$<BOOL:${TARE_RELAXED_SIMD}>:-mrelaxed-simd> -fno-rtti
    -lembind
    -sMODULARIZE -sEXPORT_ES6
    # web/src/native.ts brings the compiled module, in Node too, so the glue needs no way to find it.
    -sENVIRONMENT=web,worker -sUSE_ES6_IMPORT_META=0 -sTEXTDECODER=2
    # The policy of a strict page: 'wasm-unsafe-eval' and no eval of JavaScript.
    -sDYNAMIC_EXECUTION=0
    -sALLOW_MEMORY_GROWTH -sMALLOC=emmalloc -sFILESYSTEM=0 -sSTACK_SIZE=262144
    -sEXPORTED_RUNTIME_METHODS=HEAPU8 -sINCOMING_MODULE_JS_API=instantiateWasm
    -sASSERTIONS=0 -sSUPPORT_LONGJMP=0 -sDISABLE_EXCEPTION_CATCHING=1)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND "${TARE_NODE}" "${CMAKE_SOURCE_DIR}/scripts/minify.mjs" "$<TARGET_FILE:${target}>"
    COMMENT "Minify ${target}.mjs" VERBATIM)
endfunction()

# What the price page's model is made of; every other op stays out of the file, and so do reference
# kernels: XNNPACK runs all of it.
set(TARE_PRICE_OPS fully_connected dense CACHE STRING "File stems of the ops of the price page's engine")

# An engine that computes in float32 only: XNNPACK's other element types are answered for by
# xnnpack/dense_float.c, so that nothing pins their kernels.
function(tare_dense_float_only target)
  set(source "${CMAKE_SOURCE_DIR}/cmake/xnnpack/dense_float.c")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  target_sources(${target} PRIVATE "${source}")
  file(STRINGS "${source}" lines REGEX "^WITHOUT_CONFIG")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^WITHOUT_CONFIG\\((.*)\\)$" "xnn_init_\\1_config" name "${line}")
    target_link_options(${target} PRIVATE "-Wl,--wrap=${name}")
  endforeach()
  target_link_options(${target} PRIVATE -Wl,--wrap=xnn_define_unary)
endfunction()

if(wasm_sources)
  tare_wasm_module(tare)
  tare_wasm_module(tare_price OPS ${TARE_PRICE_OPS} FACETS lower read_keras FORMATS tfjs)
  tare_dense_float_only(tare_price)
endif()
include(cmake/cli.cmake)
