# The command line, the tests and the fuzz targets.
include(cmake/cli.cmake)
add_executable(tare "${CMAKE_SOURCE_DIR}/src/cli/main.cpp")
target_link_libraries(tare PRIVATE tare_cli)
tare_tables(tare)
tare_lint(tare)

if(TARE_BUILD_TESTS)
  enable_testing()
  include(cmake/tests.cmake)
endif()
