# Compiler flags that every library of the project shares.

add_library(fatespec_options INTERFACE)
target_include_directories(fatespec_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
# No warning about missing initialisers: designated ones leave the other members at their defaults, which is what they
# are for. -Wshadow=local is a spelling that only GCC knows.
target_compile_options(fatespec_options INTERFACE -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wnon-virtual-dtor -Wno-missing-field-initializers)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# A dozen sources are compiled as one, so that what they include is read once. The dev preset compiles each by itself,
# which is quicker after a change and finds the include that is missing.
if(CMAKE_UNITY_BUILD)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
  # GCC warns of a type that has one of an unnamed namespace as its member where it takes both for a header's. That the
  # sources are included by the one that CMake writes makes it think so; no header of ours has such a type, and the
  # builds of each source by itself keep the warning.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

if(FATESPEC_SANITIZE)
  add_compile_options(-fsanitize=${FATESPEC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FATESPEC_SANITIZE})
  # What the sanitizers know of the code is full of addresses, and tests start programs by the thousand: addresses that
  # are known when it is linked need no relocation at each start.
  add_compile_options(-fno-pie)
  add_link_options(-no-pie)
  # For the same reason undefined behaviour is a trap, which the address sanitizer reports with its stack
  # (ASAN_OPTIONS=handle_sigill=1): the places of all checks are 40 MB of the program's data.
  if(FATESPEC_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fsanitize-undefined-trap-on-error)
  endif()
  # Asio's fences, which the thread sanitizer does not see, come beside the locks of its queues, which it does.
  if(FATESPEC_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)
  endif()
endif()

if(FATESPEC_TIDY)
  find_program(CLANG_TIDY clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet)
endif()

# fatespec_library(NAME SOURCES … PUBLIC … PRIVATE …): one folder's library.
function(fatespec_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(fatespec_${name} STATIC ${arg_SOURCES})
  add_library(fatespec::${name} ALIAS fatespec_${name})
  target_link_libraries(fatespec_${name} PUBLIC fatespec_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()
