# The wasm modules: one set of link options for all of them, and the modules themselves. `tare` carries
# everything; the others are the same sources with shorter tables: `tare_tflite` reads TFLite alone,
# `tare_price` holds what the price page needs.
file(GLOB wasm_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/wasm/*.cpp")
include(cmake/xnnpack_trim.cmake)

# tare_wasm_module(<target> <library> [OPS ...] [FACETS ...] [FORMATS ...] [WITHOUT ...] [OPS_READ]): <target>.wasm
# with the plain exports of src/wasm/exports.cpp, which web/src/engine.ts calls. Embind did the same for 15 KB
# (brotli) more, and its glue is another for every link.
function(tare_wasm_module target library)
  add_executable(${target} ${wasm_sources})
  set_target_properties(${target} PROPERTIES SUFFIX ".wasm")
  target_link_libraries(${target} PRIVATE ${library})
  tare_tables(${target} ${ARGN})
  target_link_options(${target} PRIVATE
    -Oz -flto -msimd128 $<$<BOOL:${TARE_RELAXED_SIMD}>:-mrelaxed-simd> -fno-rtti
    -sSTANDALONE_WASM --no-entry
    -sALLOW_MEMORY_GROWTH -sMALLOC=emmalloc -sFILESYSTEM=0 -sSTACK_SIZE=262144
    -sASSERTIONS=0 -sSUPPORT_LONGJMP=0 -sDISABLE_EXCEPTION_CATCHING=1
    -Wl,--wrap=strtod -Wl,--wrap=snprintf -Wl,--wrap=qsort)
endfunction()

# No reader makes half floats or four-bit weights run as such, and nothing here is laid out NCHW.
set(TARE_UNUSED_KERNELS "f16|pf32|qp8|qc4w|qb4w|chw|spmm|x32_unpool|zip|cmul")

# What the price page's model is made of; every other op stays out of the file, and so do reference
# kernels: XNNPACK runs all of it, in float32.
set(TARE_PRICE_OPS fully_connected dense fuse_activation eliminate_dead_code)

if(wasm_sources)
  tare_wasm_module(tare tare_core)
  tare_trim_xnnpack(tare CUT "${TARE_UNUSED_KERNELS}")
  tare_wasm_module(tare_tflite tare_core ${TARE_TFLITE_ENGINE})
  tare_trim_xnnpack(tare_tflite CUT "${TARE_UNUSED_KERNELS}")
  tare_wasm_module(tare_price tare_base OPS ${TARE_PRICE_OPS} FACETS lower read_keras FORMATS tfjs
                   WITHOUT all_types functional kernels)
  tare_trim_xnnpack(tare_price CUT "." KEEP "^f32_gemm$" ONE_GEMM NO_REFERENCE NO_CONVERSIONS)
  # The page asks for one build, whatever the browser has.
  set_target_properties(tare_price PROPERTIES EXCLUDE_FROM_ALL "${TARE_RELAXED_SIMD}")
  # What TensorFlow graphs cost: the same module without their readers and rules, built for
  # scripts/size_of_tf.mjs alone.
  tare_wasm_module(tare_without_tf tare_core FACETS eval lower read_tflite read_keras write_tflite format
                   FORMATS tflite tfjs keras)
  tare_trim_xnnpack(tare_without_tf CUT "${TARE_UNUSED_KERNELS}")
  set_target_properties(tare_without_tf PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
include(cmake/cli.cmake)
