# Finds what the library itself needs: threads, CAF and RapidJSON; for the
# component oauth2, libcurl, libjwt and OpenSSL; for the component remote, OpenSSL
# and more of CAF; and for the component grpc, gRPC C++. Sets BEARER_WITH_GRPC.

set(BEARER_CAF_MINIMUM 0.18.7)

set(THREADS_PREFER_PTHREAD_FLAG TRUE)
find_package(Threads REQUIRED)

# The dependency script knows where it left the CAF it built. CAF_ROOT and
# CMAKE_PREFIX_PATH come first all the same.
set(bearer_caf_hint "")
if(PROJECT_IS_TOP_LEVEL AND UNIX)
  execute_process(
    COMMAND "${CMAKE_CURRENT_LIST_DIR}/install-dependencies.sh" --print-prefix
    OUTPUT_VARIABLE bearer_caf_hint
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()

# No version in this call: the version file of 0.18 accepts exactly itself, that
# of 1.x its own major version, so that no single request finds both.
find_package(CAF CONFIG QUIET HINTS ${bearer_caf_hint})

if(NOT CAF_FOUND)
  message(
    FATAL_ERROR
      "CAF ${BEARER_CAF_MINIMUM} or later is wanted, none was found. Run "
      "libbearer/cmake/install-dependencies.sh, or name the prefix of one in "
      "CAF_ROOT or CMAKE_PREFIX_PATH.")
elseif(CAF_VERSION VERSION_LESS BEARER_CAF_MINIMUM)
  message(
    FATAL_ERROR
      "CAF ${BEARER_CAF_MINIMUM} or later is wanted, found was ${CAF_VERSION} "
      "in ${CAF_DIR}. Name the prefix of a later one in CAF_ROOT.")
endif()
message(STATUS "CAF ${CAF_VERSION}: ${CAF_DIR}")

# Headers alone, used in source files alone: consumers never need it.
find_path(BEARER_RAPIDJSON_INCLUDE_DIR rapidjson/document.h)
mark_as_advanced(BEARER_RAPIDJSON_INCLUDE_DIR)
if(NOT BEARER_RAPIDJSON_INCLUDE_DIR)
  message(
    FATAL_ERROR
      "RapidJSON is wanted, rapidjson/document.h was not found. Run "
      "libbearer/cmake/install-dependencies.sh, or name its prefix in "
      "CMAKE_PREFIX_PATH.")
endif()

if(BEARER_OAUTH2)
  # Older ones cannot leave a name resolver behind (CURLOPT_QUICK_EXIT).
  find_package(CURL 7.87 REQUIRED)
  find_package(OpenSSL REQUIRED)
  find_path(BEARER_JWT_INCLUDE_DIR jwt.h)
  find_library(BEARER_JWT_LIBRARY jwt)
  mark_as_advanced(BEARER_JWT_INCLUDE_DIR BEARER_JWT_LIBRARY)
  if(NOT BEARER_JWT_INCLUDE_DIR OR NOT BEARER_JWT_LIBRARY)
    message(
      FATAL_ERROR
        "libjwt is wanted for the component oauth2, jwt.h or the library was "
        "not found. Run libbearer/cmake/install-dependencies.sh, name its "
        "prefix in CMAKE_PREFIX_PATH, or leave the component out with "
        "-DBEARER_OAUTH2=OFF.")
  endif()
endif()

if(BEARER_REMOTE)
  if(NOT TARGET CAF::io OR NOT TARGET CAF::openssl)
    message(
      FATAL_ERROR
        "CAF's modules io and openssl are wanted for the component remote, the "
        "CAF in ${CAF_DIR} lacks one. Name the prefix of another one in "
        "CAF_ROOT, or leave the component out with -DBEARER_REMOTE=OFF.")
  endif()
  find_package(OpenSSL REQUIRED)
endif()

# By pkg-config: what gRPC's package for CMake asks for is more than Debian's
# package of its development files brings.
set(BEARER_WITH_GRPC OFF)
if(BEARER_GRPC)
  find_package(PkgConfig QUIET)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(bearer_grpcpp QUIET IMPORTED_TARGET grpc++>=1.51 grpc)
  endif()
  if(bearer_grpcpp_FOUND)
    include(BearerGrpcCredentials)
    set(BEARER_WITH_GRPC ON)
    message(STATUS "gRPC C++ ${bearer_grpcpp_grpc++_VERSION}: component grpc")
  elseif(BEARER_GRPC STREQUAL "AUTO")
    message(STATUS "No gRPC C++ 1.51 or later: without the component grpc")
  else()
    message(
      FATAL_ERROR
        "gRPC C++ 1.51 or later is wanted for the component grpc, pkg-config "
        "knows none. Run libbearer/cmake/install-dependencies.sh, name its "
        "prefix in CMAKE_PREFIX_PATH, or leave the component out with "
        "-DBEARER_GRPC=OFF.")
  endif()
endif()
