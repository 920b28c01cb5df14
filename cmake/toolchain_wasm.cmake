# WebAssembly by Emscripten. Sources are compiled by Emscripten's clang with emcc's own flags (the
# same objects in a third of the time: emcc is a Python program) and linked by em++.
include("${CMAKE_CURRENT_LIST_DIR}/../build/toolchain.cmake" OPTIONAL)
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(EMSCRIPTEN TRUE)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

if(NOT TARE_EMXX)
  # No scripts/setup here: emcc from PATH does everything.
  find_program(TARE_EMCC emcc REQUIRED)
  find_program(TARE_EMXX em++ REQUIRED)
  find_program(TARE_EMAR emar REQUIRED)
  set(CMAKE_C_COMPILER "${TARE_EMCC}")
  set(CMAKE_CXX_COMPILER "${TARE_EMXX}")
  set(CMAKE_AR "${TARE_EMAR}")
else()
  foreach(tool "C_COMPILER clang" "CXX_COMPILER clang++" "AR llvm-ar" "RANLIB llvm-ranlib")
    string(REPLACE " " ";" tool "${tool}")
    list(GET tool 0 variable)
    list(GET tool 1 program)
    set(CMAKE_${variable} "${TARE_WASM_LLVM}/${program}${TARE_WASM_LLVM_SUFFIX}")
  endforeach()
  set(CMAKE_C_FLAGS_INIT "${TARE_WASM_CFLAGS}")
  string(REPLACE "-Werror=implicit-function-declaration" "" cxx_flags "${TARE_WASM_CFLAGS}")
  set(CMAKE_CXX_FLAGS_INIT "${cxx_flags}")
endif()

# em++ takes its own options only: what clang was told to compile with is not for it.
set(CMAKE_CXX_LINK_EXECUTABLE
    "\"${TARE_EMXX}\" <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")
