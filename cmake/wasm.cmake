# The wasm modules: one set of link options for all of them, and the modules themselves. `tare`
# carries everything; `tare_price` is the same sources with the tables that the price page needs.
file(GLOB wasm_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/wasm/*.cpp")
find_program(TARE_NODE node REQUIRED)
include(cmake/xnnpack_trim.cmake)

# tare_wasm_module(<target> [LEAN] [OPS ...] [FACETS ...] [FORMATS ...]): with Embind and its glue in
# <target>.mjs; LEAN: plain exports and no glue (web/src/lean_engine.ts).
function(tare_wasm_module target)
  cmake_parse_arguments(arg "LEAN" "" "" ${ARGN})
  set(sources ${wasm_sources})
  list(FILTER sources EXCLUDE REGEX "/(bindings|exports)\\.cpp$")
  if(arg_LEAN)
    add_executable(${target} ${sources} "${CMAKE_SOURCE_DIR}/src/wasm/exports.cpp")
    set_target_properties(${target} PROPERTIES SUFFIX ".wasm")
    target_link_options(${target} PRIVATE -sSTANDALONE_WASM --no-entry)
  else()
    add_executable(${target} ${sources} "${CMAKE_SOURCE_DIR}/src/wasm/bindings.cpp")
    set_target_properties(${target} PROPERTIES SUFFIX ".mjs")
    target_link_libraries(${target} PRIVATE embind)
    # With -fno-rtti Embind has no names of types that were never bound.
    target_compile_definitions(${target} PRIVATE EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
    target_link_options(${target} PRIVATE
      -lembind
      -sMODULARIZE -sEXPORT_ES6
      # web/src/native.ts brings the compiled module, in Node too, so the glue needs no way to find it.
      -sENVIRONMENT=web,worker -sUSE_ES6_IMPORT_META=0 -sTEXTDECODER=2
      # The policy of a strict page: 'wasm-unsafe-eval' and no eval of JavaScript.
      -sDYNAMIC_EXECUTION=0
      -sEXPORTED_RUNTIME_METHODS=HEAPU8 -sINCOMING_MODULE_JS_API=instantiateWasm)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND "${TARE_NODE}" "${CMAKE_SOURCE_DIR}/scripts/minify.mjs" "$<TARGET_FILE:${target}>"
      COMMENT "Minify ${target}.mjs" VERBATIM)
  endif()
  target_link_libraries(${target} PRIVATE tare_core)
  tare_tables(${target} ${arg_UNPARSED_ARGUMENTS})
  target_link_options(${target} PRIVATE
    -Oz -flto -msimd128 $<$<BOOL:${TARE_RELAXED_SIMD}>:-mrelaxed-simd> -fno-rtti
    -sALLOW_MEMORY_GROWTH -sMALLOC=emmalloc -sFILESYSTEM=0 -sSTACK_SIZE=262144
    -sASSERTIONS=0 -sSUPPORT_LONGJMP=0 -sDISABLE_EXCEPTION_CATCHING=1
    -Wl,--wrap=strtod -Wl,--wrap=snprintf)
endfunction()

# No reader makes half floats or four-bit weights run as such, and nothing here is laid out NCHW.
set(TARE_UNUSED_KERNELS "f16|pf32|qp8|qc4w|qb4w|chw|spmm|x32_unpool|zip|cmul")

# What the price page's model is made of; every other op stays out of the file, and so do reference
# kernels: XNNPACK runs all of it, in float32.
set(TARE_PRICE_OPS fully_connected dense fuse_activation eliminate_dead_code)

if(wasm_sources)
  tare_wasm_module(tare)
  tare_trim_xnnpack(tare CUT "${TARE_UNUSED_KERNELS}")
  tare_wasm_module(tare_price LEAN OPS ${TARE_PRICE_OPS} FACETS lower read_keras FORMATS tfjs)
  tare_trim_xnnpack(tare_price CUT "." KEEP "^f32_gemm$" ONE_GEMM NO_REFERENCE NO_CONVERSIONS)
  # What TensorFlow graphs cost: the same module without their readers and rules, built for
  # scripts/size_of_tf.mjs alone.
  tare_wasm_module(tare_without_tf FACETS eval lower read_tflite read_keras write_tflite format
                   FORMATS tflite tfjs keras)
  tare_trim_xnnpack(tare_without_tf CUT "${TARE_UNUSED_KERNELS}")
  set_target_properties(tare_without_tf PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
include(cmake/cli.cmake)
