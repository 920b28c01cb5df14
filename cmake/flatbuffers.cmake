# FlatBuffers: its headers, its schema compiler for the machine that builds, and a function that
# turns a schema into a header. flatc and the headers must be of the very same version.
add_library(flatbuffers INTERFACE)
target_include_directories(flatbuffers SYSTEM INTERFACE "${flatbuffers_SOURCE_DIR}/include")

if(TARE_FLATC AND EXISTS "${TARE_FLATC}")
  set(TARE_FLATC_COMMAND "${TARE_FLATC}")
else()
  # Without scripts/setup: build it here, with the build machine's own compiler whatever we target.
  include(ExternalProject)
  set(prefix "${CMAKE_BINARY_DIR}/flatc")
  ExternalProject_Add(host_flatc
    SOURCE_DIR "${flatbuffers_SOURCE_DIR}" BINARY_DIR "${prefix}"
    CMAKE_ARGS -DCMAKE_BUILD_TYPE=Release -DFLATBUFFERS_BUILD_TESTS=OFF -DFLATBUFFERS_INSTALL=OFF
               -DFLATBUFFERS_BUILD_FLATLIB=OFF -DCMAKE_POLICY_VERSION_MINIMUM=3.5
    BUILD_COMMAND ${CMAKE_COMMAND} --build <BINARY_DIR> --target flatc
    INSTALL_COMMAND "" BUILD_BYPRODUCTS "${prefix}/flatc")
  set(TARE_FLATC_COMMAND "${prefix}/flatc")
  set(TARE_FLATC_TARGET host_flatc)
endif()

# Generates <directory>/<name>_generated.h from the schema.
function(tare_flatbuffers_header)
  cmake_parse_arguments(arg "" "NAME;SCHEMA;DIRECTORY" "" ${ARGN})
  set(schema "${arg_DIRECTORY}/${arg_NAME}.fbs")
  set(header "${arg_DIRECTORY}/${arg_NAME}_generated.h")
  add_custom_command(
    OUTPUT "${header}"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${arg_DIRECTORY}"
    COMMAND ${CMAKE_COMMAND} -E copy "${arg_SCHEMA}" "${schema}"
    COMMAND "${TARE_FLATC_COMMAND}" --cpp --filename-suffix _generated -o "${arg_DIRECTORY}" "${schema}"
    DEPENDS "${arg_SCHEMA}" ${TARE_FLATC_TARGET}
    COMMENT "flatc ${arg_NAME}" VERBATIM)
endfunction()
