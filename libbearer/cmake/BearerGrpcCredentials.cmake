# Looks how this gRPC makes call credentials for C++ of those of its core, for
# bearer/grpc/detail/adopt.cpp. Sets BEARER_GRPC_CLASSIC.

include(CheckCXXSourceCompiles)
include(CMakePushCheckState)

cmake_push_check_state(RESET)
set(CMAKE_REQUIRED_LIBRARIES PkgConfig::bearer_grpcpp)
set(CMAKE_REQUIRED_FLAGS -std=c++20)
check_cxx_source_compiles(
  "
  #include <grpcpp/security/credentials.h>
  #include <type_traits>
  static_assert(std::is_abstract_v<grpc::CallCredentials>);
  int main() {}
  "
  BEARER_GRPC_CLASSIC)
cmake_pop_check_state()
