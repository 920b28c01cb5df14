# The command line, the tests and the fuzz targets.
file(GLOB cli_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/cli/*.cpp")
if(cli_sources)
  add_executable(tare ${cli_sources})
  target_link_libraries(tare PRIVATE tare_core)
  tare_tables(tare)
  tare_lint(tare)
endif()

if(TARE_BUILD_TESTS)
  enable_testing()
  include(cmake/tests.cmake)
endif()
