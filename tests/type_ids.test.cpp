#include <bearer/actors.hpp>
#include <bearer/family_status.hpp>
#include <bearer/handle.hpp>
#include <bearer/http/request.hpp>
#include <bearer/http/response.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/type_ids.hpp>

#include "support/real_time.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/message.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>

// -- a host application's own block
// --------------------------------------------

namespace host {

struct request {
  int number = 0;
};

template <class Inspector>
bool inspect(Inspector& f, request& x) {
  return f.object(x).fields(f.field("number", x.number));
}

} // namespace host

// Right behind the IDs that the library reserves.
CAF_BEGIN_TYPE_ID_BLOCK(bearer_test_host, BEARER_FIRST_TYPE_ID + 64)
  CAF_ADD_TYPE_ID(bearer_test_host, (host::request))
CAF_END_TYPE_ID_BLOCK(bearer_test_host)

using namespace bearer;
using namespace bearer::test;

namespace {

// Before main, hence before the library's own.
const auto host_block_is_there = [] {
  caf::init_global_meta_objects<caf::id_block::bearer_test_host>();
  return true;
}();

constexpr unsigned first = BEARER_FIRST_TYPE_ID;

template <class T>
void check_id(unsigned offset, const std::string& name) {
  CAPTURE(name);
  CHECK(caf::type_id_v<T> == first + offset);
  CHECK(std::string{caf::type_name_v<T>.begin(), caf::type_name_v<T>.end()}
        == name);
}

} // namespace

TEST_CASE("the type IDs begin at 2500", "[type_ids]") {
  if (first != 2500)
    SKIP("this build has chosen another number");
  CHECK(caf::id_block::bearer::begin == 2500);
}

TEST_CASE("type IDs are never renumbered", "[type_ids]") {
  check_id<fetch_atom>(0, "bearer::fetch_atom");
  check_id<can_retry_atom>(1, "bearer::can_retry_atom");
  check_id<latest_atom>(2, "bearer::latest_atom");
  check_id<reject_atom>(3, "bearer::reject_atom");
  check_id<request_renewal_atom>(4, "bearer::request_renewal_atom");
  check_id<prefetch_atom>(5, "bearer::prefetch_atom");
  check_id<subscribe_atom>(6, "bearer::subscribe_atom");
  check_id<unsubscribe_atom>(7, "bearer::unsubscribe_atom");
  check_id<status_atom>(8, "bearer::status_atom");
  check_id<stop_atom>(9, "bearer::stop_atom");
  check_id<close_atom>(10, "bearer::close_atom");
  check_id<publish_atom>(11, "bearer::publish_atom");
  check_id<withdraw_atom>(12, "bearer::withdraw_atom");
  check_id<renew_async_atom>(13, "bearer::renew_async_atom");
  check_id<renew_sync_atom>(14, "bearer::renew_sync_atom");
  check_id<rejected_atom>(15, "bearer::rejected_atom");
  check_id<attempt>(16, "bearer::attempt");
  check_id<attempt_reason>(17, "bearer::attempt_reason");
  check_id<errc>(18, "bearer::errc");
  check_id<event>(19, "bearer::event");
  check_id<event_listener>(20, "bearer::event_listener");
  check_id<events::attempt_ended>(21, "bearer::events::attempt_ended");
  check_id<events::attempt_started>(22, "bearer::events::attempt_started");
  check_id<events::published>(23, "bearer::events::published");
  check_id<events::rejected>(24, "bearer::events::rejected");
  check_id<events::stopped>(25, "bearer::events::stopped");
  check_id<events::suppressed>(26, "bearer::events::suppressed");
  check_id<events::withdrawn>(27, "bearer::events::withdrawn");
  check_id<failure>(28, "bearer::failure");
  check_id<fetch_counters>(29, "bearer::fetch_counters");
  check_id<fetch_options>(30, "bearer::fetch_options");
  check_id<generation>(31, "bearer::generation");
  check_id<handle>(32, "bearer::handle");
  check_id<optional_token>(33, "bearer::optional_token");
  check_id<secret>(34, "bearer::secret");
  check_id<status>(35, "bearer::status");
  check_id<timeout_details>(36, "bearer::timeout_details");
  check_id<token>(37, "bearer::token");
  check_id<http::request>(38, "bearer::http::request");
  check_id<http::response>(39, "bearer::http::response");
  check_id<refusal>(40, "bearer::refusal");
  check_id<family_status>(41, "bearer::family_status");
  check_id<news_atom>(42, "bearer::news_atom");
  check_id<lost_atom>(43, "bearer::lost_atom");
  check_id<remote::answer>(44, "bearer::remote::answer");
  check_id<remote::question>(45, "bearer::remote::question");
  check_id<obstacle_atom>(46, "bearer::obstacle_atom");
  check_id<receiver_link>(47, "bearer::receiver_link");
  check_id<missed_fetches>(48, "bearer::missed_fetches");
  // A new one goes here, and nowhere else.
  CHECK(caf::id_block::bearer::end == first + 49);
}

TEST_CASE("the block fits in what is reserved for it", "[type_ids]") {
  CHECK(caf::id_block::bearer::begin == first);
  CHECK(caf::id_block::bearer::end <= first + 64);
}

TEST_CASE("registering the type IDs again does no harm", "[type_ids]") {
  init_global_meta_objects();
  init_global_meta_objects();
  real_system real;
  CHECK(to_string(caf::make_message(generation{1, 2})) == "message(2@1)");
}

TEST_CASE("the block works beside that of a host application", "[type_ids]") {
  REQUIRE(host_block_is_there);
  real_system real;
  caf::byte_buffer buf;
  caf::binary_serializer sink{real.sys, buf};
  REQUIRE(sink.apply(
    caf::make_message(host::request{7}, generation{1, 2}, fetch_atom_v)));
  caf::binary_deserializer from{real.sys, buf};
  caf::message copy;
  REQUIRE(from.apply(copy));
  REQUIRE(copy.match_elements<host::request, generation, fetch_atom>());
  CHECK(copy.get_as<host::request>(0).number == 7);
  CHECK(copy.get_as<generation>(1) == generation{1, 2});
}

TEST_CASE("the number of an error code travels, within its range only",
          "[type_ids]") {
  real_system real;
  caf::byte_buffer buf;
  caf::binary_serializer sink{real.sys, buf};
  REQUIRE(sink.apply(caf::make_error(errc::static_token_rejected, "text")));
  caf::binary_deserializer from{real.sys, buf};
  caf::error copy;
  REQUIRE(from.apply(copy));
  CHECK(copy == errc::static_token_rejected);
  CHECK(static_cast<int>(errc::static_token_rejected) == 22);
  auto code = errc::none;
  CHECK(from_integer(32, code));
  CHECK_FALSE(from_integer(33, code));
}
