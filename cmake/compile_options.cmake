# Flags of the engine's own code, in one interface target; third-party parts take only the sanitizer.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)

if(EMSCRIPTEN)
  # Relaxed SIMD is for XNNPACK's kernels: our own objects are the same in both flavours, so that
  # ccache compiles them once.
  add_compile_options(-msimd128)
endif()

set(TARE_THIRD_PARTY_SANITIZE)
if(TARE_SANITIZE)
  add_link_options(-fsanitize=${TARE_SANITIZE})
  # XNNPACK breaks rules of pointer arithmetic on purpose; its memory accesses are what we check.
  if(TARE_SANITIZE MATCHES "address")
    set(TARE_THIRD_PARTY_SANITIZE -fsanitize=address -fno-omit-frame-pointer)
  endif()
endif()

add_library(tare_options INTERFACE)
if(TARE_SANITIZE)
  target_compile_options(tare_options INTERFACE -fsanitize=${TARE_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
endif()
if(TARE_BUILD_FUZZERS)
  target_compile_options(tare_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(TARE_WARNINGS_AS_ERRORS)
  # What a header of the standard library finds deprecated in another one is not ours to mend.
  target_compile_options(tare_options INTERFACE -Wall -Wextra -Wconversion -Werror
                         -Wno-error=deprecated-declarations)
else()
  target_compile_options(tare_options INTERFACE -Wall -Wextra)
endif()
if(EMSCRIPTEN)
  # Link time optimisation for all but XNNPACK's kernels, which gain nothing from it. Every engine with
  # SIMD converts floats without a check around each conversion.
  target_compile_options(tare_options INTERFACE -flto -mnontrapping-fptoint -fno-threadsafe-statics)
endif()
if(TARE_CLANG_TIDY)
  find_program(TARE_CLANG_TIDY_PROGRAM NAMES clang-tidy-19 clang-tidy REQUIRED)
endif()

function(tare_lint target)
  if(TARE_CLANG_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${TARE_CLANG_TIDY_PROGRAM};--quiet")
  endif()
endfunction()
