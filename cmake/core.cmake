# The engine as two static libraries; executables choose what of it they carry by their tables. `tare_base` is what
# every engine has and what the price page's model needs: `npm start` compiles no more. `tare_core` is all of it.
set(source "${CMAKE_SOURCE_DIR}/src")
set(generated "${CMAKE_BINARY_DIR}/generated")
set(tflite "${source}/formats/tflite")

set(base_globs "${source}/formats/*.cpp")
foreach(folder base ir passes ports runtime api ops/common ops/fully_connected ops/unary formats/tfjs)
  list(APPEND base_globs "${source}/${folder}/*.cpp")
endforeach()
foreach(file activations arguments dtype_policy model model_calls model_objects topology weight_store layers/activations layers/dense)
  list(APPEND base_globs "${source}/formats/keras/${file}.cpp")
endforeach()
file(GLOB base_sources CONFIGURE_DEPENDS ${base_globs} "${source}/ops/cast.cpp")
file(GLOB_RECURSE core_sources CONFIGURE_DEPENDS "${source}/ops/*.cpp" "${source}/formats/*.cpp")
list(REMOVE_ITEM core_sources ${base_sources})

add_library(tare_base STATIC ${base_sources})
tare_flatbuffers_header(NAME tflite_schema SCHEMA "${tflite}/schema.fbs" DIRECTORY "${generated}")
tare_flatbuffers_header(NAME tflite_metadata SCHEMA "${tflite}/metadata.fbs" DIRECTORY "${generated}")
target_sources(tare_base PRIVATE "${generated}/tflite_schema_generated.h" "${generated}/tflite_metadata_generated.h")
target_include_directories(tare_base PUBLIC "${source}")
target_include_directories(tare_base SYSTEM PUBLIC "${generated}")
target_link_libraries(tare_base PUBLIC tare_options xnnpack flatbuffers nlohmann_json)
tare_lint(tare_base)

add_library(tare_core STATIC ${core_sources})
target_link_libraries(tare_core PUBLIC tare_base libdeflate)
tare_lint(tare_core)
