#include <bearer/grpc/detail/plugin.hpp>
#include <bearer/grpc/detail/status_of.hpp>
#include <bearer/grpc/detail/token_gate.hpp>
#include <bearer/token.hpp>

#include <caf/expected.hpp>

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/string_util.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#if __has_include(<grpc/credentials.h>)
// Where later versions have what was in <grpc/grpc_security.h>.
#  include <grpc/credentials.h>
#endif

namespace bearer::grpc::detail {

namespace {

/// What the callbacks of one plugin share. gRPC destroys it when credentials,
/// channels and calls are gone, and every call that waited has its answer.
struct plugin_state {
  std::string name;
  std::shared_ptr<token_gate> gate;
};

/// The header field of a token (RFC 6750, section 2.1). Written straight into
/// gRPC's memory, so that no other copy is left behind.
grpc_metadata header_of(const token& tok) {
  constexpr auto scheme = std::string_view{"Bearer "};
  const auto secret = tok.access_token.view();
  auto result = grpc_metadata{};
  result.key = grpc_slice_from_static_string("authorization");
  result.value = grpc_slice_malloc(scheme.size() + secret.size());
  auto* out = GRPC_SLICE_START_PTR(result.value);
  out = std::copy(scheme.begin(), scheme.end(), out);
  std::copy(secret.begin(), secret.end(), out);
  return result;
}

/// Answers a call that has waited, even if it has ended meanwhile. May be the
/// end of the plugin.
void answer_late(const plugin_state& self, const caf::expected<token>& what,
                 grpc_credentials_plugin_metadata_cb done, void* call) {
  if (what) {
    auto header = header_of(*what);
    done(call, &header, 1, GRPC_STATUS_OK, nullptr);
    grpc_slice_unref(header.value);
  } else {
    const auto why = status_of(self.name, what.error());
    done(call, nullptr, 0, static_cast<grpc_status_code>(why.error_code()),
         why.error_message().c_str());
  }
  // The process may have let go of everything else of gRPC.
  grpc_shutdown();
}

/// Asks for a token; returns whether the answer is there. Exceptions, as for
/// want of memory, end the process, as gRPC does without memory.
int get_metadata(void* state, grpc_auth_metadata_context,
                 grpc_credentials_plugin_metadata_cb done, void* call,
                 grpc_metadata headers[], std::size_t* count,
                 grpc_status_code* code, const char** message) noexcept {
  const auto& self = *static_cast<plugin_state*>(state);
  // Until the late answer, which may come before the next line, and with it the
  // end of the call and of all that holds gRPC.
  grpc_init();
  const auto found
    = self.gate->get([&self, done, call](const caf::expected<token>& what) {
        answer_late(self, what, done, call);
      });
  if (!found)
    return 0;
  // The call is there, and holds it.
  grpc_shutdown();
  if (*found) {
    headers[0] = header_of(**found);
    *count = 1;
    return 1;
  }
  const auto why = status_of(self.name, found->error());
  *code = static_cast<grpc_status_code>(why.error_code());
  *message = gpr_strdup(why.error_message().c_str());
  return 1;
}

char* describe(void* state) {
  const auto& self = *static_cast<plugin_state*>(state);
  return gpr_strdup(("bearer '" + self.name + "'").c_str());
}

void destroy(void* state) {
  delete static_cast<plugin_state*>(state);
}

} // namespace

grpc_call_credentials* make_plugin_credentials(const handle& bearer,
                                               fetch_options waiting) {
  auto state = std::make_unique<plugin_state>(
    plugin_state{bearer.name(), token_gate::make(bearer, std::move(waiting))});
  auto plugin = grpc_metadata_credentials_plugin{};
  plugin.get_metadata = get_metadata;
  plugin.debug_string = describe;
  plugin.destroy = destroy;
  plugin.type = "bearer";
  plugin.state = state.release();
  return grpc_metadata_credentials_create_from_plugin(
    plugin, GRPC_PRIVACY_AND_INTEGRITY, nullptr);
}

} // namespace bearer::grpc::detail
