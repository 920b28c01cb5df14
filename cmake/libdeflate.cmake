# libdeflate's decompressor as a static library. Only deflate and zlib streams are read, and CRC-32,
# whose tables are large, has a small loop of our own in base/zip.cpp.
set(lib "${libdeflate_SOURCE_DIR}/lib")
add_library(libdeflate STATIC "${lib}/deflate_decompress.c" "${lib}/zlib_decompress.c"
            "${lib}/adler32.c" "${lib}/utils.c" "${lib}/x86/cpu_features.c" "${lib}/arm/cpu_features.c")
# For base/inflate.cpp alone: one more folder in the command of every source would compile all anew.
set_source_files_properties("${CMAKE_SOURCE_DIR}/src/base/inflate.cpp" PROPERTIES
                            INCLUDE_DIRECTORIES "${libdeflate_SOURCE_DIR}")
target_compile_options(libdeflate PRIVATE ${TARE_THIRD_PARTY_SANITIZE})
