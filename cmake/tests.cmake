# One GoogleTest executable over tests/**/*_test.cpp, and one replay of each fuzz target's corpus.
set(INSTALL_GTEST OFF CACHE BOOL "")
set(BUILD_GMOCK OFF CACHE BOOL "")
add_subdirectory("${googletest_SOURCE_DIR}" googletest EXCLUDE_FROM_ALL SYSTEM)

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/*_test.cpp"
     "${CMAKE_SOURCE_DIR}/tests/support/*.cpp")
list(REMOVE_DUPLICATES test_sources)
# Of the border to JavaScript, what needs no JavaScript.
add_executable(tare_tests ${test_sources} "${CMAKE_SOURCE_DIR}/src/wasm/session.cpp")
target_include_directories(tare_tests PRIVATE "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(tare_tests PRIVATE tare_cli gtest gtest_main)
# The one file that knows a path, lest every test be compiled anew in each clone.
set_property(SOURCE "${CMAKE_SOURCE_DIR}/tests/support/source_path.cpp" APPEND PROPERTY
             COMPILE_DEFINITIONS "TARE_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\"")
tare_tables(tare_tests)
add_test(NAME tare_tests COMMAND tare_tests --gtest_brief=1)

file(GLOB fuzz_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cpp")
foreach(source IN LISTS fuzz_sources)
  cmake_path(GET source STEM name)
  string(REGEX REPLACE "_fuzz$" "" corpus "${name}")
  add_executable(${name} "${source}" "${CMAKE_SOURCE_DIR}/tests/fuzz/run_model.cpp")
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE tare_core)
  tare_tables(${name})
  if(TARE_BUILD_FUZZERS)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay.cpp")
    add_test(NAME ${name} COMMAND ${name} "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${corpus}")
  endif()
endforeach()
