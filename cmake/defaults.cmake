# What has to be decided before project(): the compiler, the cache folder, ccache.
if(NOT DEFINED TARE_CACHE)
  if(DEFINED ENV{TARE_CACHE})
    set(TARE_CACHE "$ENV{TARE_CACHE}")
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(TARE_CACHE "$ENV{XDG_CACHE_HOME}/tare")
  else()
    set(TARE_CACHE "$ENV{HOME}/.cache/tare")
  endif()
endif()

if(CMAKE_TOOLCHAIN_FILE)
  set(TARE_NATIVE OFF)
else()
  set(TARE_NATIVE ON)
  # The sanitizers, libFuzzer and every kernel of XNNPACK want the compiler Emscripten is made of.
  if(NOT CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX} AND NOT APPLE)
    find_program(TARE_CLANG clang-19)
    find_program(TARE_CLANGXX clang++-19)
    if(TARE_CLANG AND TARE_CLANGXX)
      set(CMAKE_C_COMPILER "${TARE_CLANG}")
      set(CMAKE_CXX_COMPILER "${TARE_CLANGXX}")
    endif()
  endif()
endif()

find_program(TARE_CCACHE ccache)
if(TARE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the source: a second clone or worktree finds the objects of the first.
  set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      "${TARE_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
