# Makes the sources of the pinned third-party parts available as <name>_SOURCE_DIR. None of them is
# added with its own CMakeLists here: each part's file in cmake/ decides what is built of it.
# FETCHCONTENT_SOURCE_DIR_<NAME> overrides any part; scripts/setup gives its unpacked copies in
# TARE_SOURCE_<NAME>.
include(FetchContent)
set(FETCHCONTENT_BASE_DIR "${TARE_CACHE}/fetched" CACHE PATH "Where the third-party parts are kept")

function(tare_declare_part line)
  string(REGEX REPLACE "[ \t]+" ";" fields "${line}")
  list(GET fields 0 name)
  list(GET fields 1 repository)
  list(GET fields 2 commit)
  string(TOUPPER "${name}" upper)
  set(override "FETCHCONTENT_SOURCE_DIR_${upper}")
  # FetchContent caches what it was given, so a path of an earlier set-up would stick for ever.
  if(DEFINED TARE_SOURCE_${upper} AND (NOT ${override} OR "${${override}}" STREQUAL "${TARE_GIVEN_${upper}}"))
    set(${override} "${TARE_SOURCE_${upper}}" CACHE PATH "Source of ${name}" FORCE)
    set(TARE_GIVEN_${upper} "${TARE_SOURCE_${upper}}" CACHE INTERNAL "What set-up gave last")
  endif()
  # A SOURCE_SUBDIR that does not exist keeps FetchContent from adding the part's own build.
  FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${commit}
                       SOURCE_SUBDIR left-to-tare)
  FetchContent_MakeAvailable(${name})
  set(${name}_SOURCE_DIR "${${name}_SOURCE_DIR}" PARENT_SCOPE)
endfunction()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             "${CMAKE_CURRENT_LIST_DIR}/third_party.txt")
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/third_party.txt" parts REGEX "^[a-z]")
foreach(part IN LISTS parts)
  if(part MATCHES "^cpuinfo " AND EMSCRIPTEN)
    continue()
  endif()
  tare_declare_part("${part}")
endforeach()

# Headers only, and not to be warned about. JSON_NOEXCEPTION: the engine is built without them.
add_library(nlohmann_json INTERFACE)
target_include_directories(nlohmann_json SYSTEM INTERFACE "${nlohmann_json_SOURCE_DIR}/include")
target_compile_definitions(nlohmann_json INTERFACE JSON_NOEXCEPTION JSON_DIAGNOSTICS=0)
