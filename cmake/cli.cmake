# The commands as a library: the native program, its twin in Node and the tests link the same code.
file(GLOB cli_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/cli/*.cpp")
list(FILTER cli_sources EXCLUDE REGEX "/main\\.cpp$")
add_library(tare_cli STATIC ${cli_sources})
target_link_libraries(tare_cli PUBLIC tare_core)
tare_lint(tare_cli)
