#include <bearer/remote/detail/owner_news.hpp>

#include <catch2/catch_test_macros.hpp>

using bearer::remote::detail::owner_news;

TEST_CASE("what an owner has published is worth a question if it is newer",
          "[remote]") {
  auto news = owner_news{};
  CHECK(news.hear_of({1, 1}));
  CHECK(!news.give({1, 1}));
  CHECK(!news.hear_of({1, 0}));
  CHECK(news.hear_of({1, 2}));
  CHECK(!news.give({1, 2}));
  CHECK(!news.hear_of({1, 1}));
}

TEST_CASE("what was given is old if a newer one came up meanwhile",
          "[remote]") {
  auto news = owner_news{};
  news.hear_of({1, 5});
  CHECK(news.give({1, 4}));
  CHECK(!news.give({1, 5}));
  CHECK(!news.give({1, 6}));
}

TEST_CASE("what an owner says twice of the token in use is news",
          "[remote][I2]") {
  auto news = owner_news{};
  news.hear_of({1, 3});
  news.give({1, 3});
  CHECK(news.hear_of({1, 3}));
  CHECK(news.hear_of({1, 3}));
}

TEST_CASE("an owner's numbers say nothing of another owner's tokens",
          "[remote][I11]") {
  auto news = owner_news{};
  news.hear_of({1, 9});
  CHECK(!news.give({2, 1}));
  CHECK(news.hear_of({1, 9}));
  CHECK(news.hear_of({3, 1}));
}
