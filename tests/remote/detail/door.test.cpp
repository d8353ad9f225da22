#include <bearer/remote/detail/door.hpp>
#include <bearer/type_ids.hpp>

#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/system_messages.hpp>

#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <utility>

using namespace bearer;
using namespace bearer::remote::detail;

namespace {

/// A node of which one actor sends something to the door of another node.
class peer {
public:
  explicit peer(door& where) : where_(where) {
    // nop
  }

  caf::strong_actor_ptr address() {
    return caf::actor_cast<caf::strong_actor_ptr>(sender_);
  }

  bool sends(caf::message what, caf::message_id id = caf::make_message_id()) {
    return where_.admit(*test::make_mail(address(), id, std::move(what)));
  }

  bool sends_without_name(caf::message what) {
    return where_.admit(
      *test::make_mail(nullptr, caf::make_message_id(), std::move(what)));
  }

private:
  door& where_;
  test::node node_;
  caf::scoped_actor sender_{node_.sys};
};

/// A door of an actor that takes one message only.
struct fixture {
  fixture() {
    entrance.open({caf::make_type_id_list<status_atom>()});
  }

  door entrance;
  peer someone{entrance};
  caf::message expected = caf::make_message(status_atom_v);
};

} // namespace

TEST_CASE_METHOD(fixture, "a door lets in what is expected, and no more",
                 "[remote]") {
  CHECK(someone.sends(expected));
  CHECK_FALSE(someone.sends(caf::make_message(stop_atom_v)));
  CHECK_FALSE(someone.sends(caf::make_message(status_atom_v, 1)));
  CHECK_FALSE(someone.sends(caf::message{}));
  CHECK_FALSE(someone.sends(
    caf::make_message(caf::exit_msg{{}, caf::exit_reason::kill})));
  CHECK_FALSE(someone.sends_without_name(expected));
}

TEST_CASE_METHOD(fixture, "a door lets requests in, and no responses",
                 "[remote]") {
  const auto request = caf::make_message_id(1);
  CHECK(someone.sends(expected, request));
  CHECK_FALSE(someone.sends(expected, request.response_id()));
}

TEST_CASE_METHOD(fixture, "nothing overtakes at a door", "[remote]") {
  const auto urgent = caf::make_message_id().with_category(
    caf::message_id::urgent_message_category);
  CHECK_FALSE(someone.sends(expected, urgent));
}

TEST_CASE_METHOD(fixture, "a door lets everything in from its partner",
                 "[remote]") {
  const auto stop = caf::make_message(stop_atom_v);
  entrance.trust(someone.address().get());
  CHECK(someone.sends(stop));
  CHECK_FALSE(someone.sends_without_name(stop));
  CHECK_FALSE(peer{entrance}.sends(stop));
}

TEST_CASE_METHOD(fixture, "a node that sends too fast leaves a door to others",
                 "[remote]") {
  peer another{entrance};
  for (auto i = std::size_t{0}; i < door::max_waiting; ++i)
    REQUIRE(someone.sends(expected));
  CHECK_FALSE(someone.sends(expected));
  CHECK(another.sends(expected));
  // One has been looked at.
  entrance.leave(someone.address());
  CHECK(someone.sends(expected));
  CHECK_FALSE(someone.sends(expected));
}
