#include <bearer/grpc/detail/adopt.hpp>

#if BEARER_GRPC_CLASSIC

namespace grpc {

/// The class that gRPC itself makes all call credentials of, up to where
/// `CallCredentials` takes those of the core. The libraries export it, no
/// header declares it; it has had this form since 2015. The build checks that
/// it is there.
class SecureCallCredentials final : public CallCredentials {
public:
  explicit SecureCallCredentials(grpc_call_credentials* what);

  ~SecureCallCredentials() override;

  bool ApplyToCall(grpc_call* call) override;

  SecureCallCredentials* AsSecureCredentials() override;

  std::string DebugString() override;

private:
  [[maybe_unused]] grpc_call_credentials* const what_;
};

} // namespace grpc

#endif

namespace bearer::grpc::detail {

#if BEARER_GRPC_CLASSIC

using adopted = ::grpc::SecureCallCredentials;

#else

namespace {

class adopted final : public ::grpc::CallCredentials {
public:
  explicit adopted(grpc_call_credentials* what) : CallCredentials(what) {
    // nop
  }
};

} // namespace

#endif

std::shared_ptr<::grpc::CallCredentials> adopt(grpc_call_credentials* what) {
  return std::make_shared<adopted>(what);
}

} // namespace bearer::grpc::detail
