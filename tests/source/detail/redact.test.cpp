#include <bearer/source/detail/redact.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>
#include <string_view>

using bearer::detail::quote_foreign;
using bearer::detail::text_end;

namespace {

std::string quote(std::string_view text, std::string_view secret = {},
                  std::size_t limit = 512, text_end end = text_end::tail) {
  const auto secrets = std::array{secret};
  return quote_foreign(text, limit, end, secrets);
}

} // namespace

TEST_CASE("ordinary text is quoted on one line") {
  CHECK(quote("cannot connect:\n\tno route to host\n")
        == "cannot connect: no route to host");
  CHECK(quote("").empty());
  CHECK(quote(" \n ").empty());
}

TEST_CASE("every occurrence of a secret is replaced, however short") {
  CHECK(quote("a=pw7 b=pw7", "pw7") == "a=<redacted> b=<redacted>");
}

TEST_CASE("a part of a secret is replaced, too") {
  const auto secret = std::string{"AbCdEfGhIjKlMnOpQrStUvWxYz"};
  CHECK(quote("got " + secret.substr(3, 9), secret) == "got <redacted>");
  CHECK(quote("got " + secret.substr(3, 7), secret)
        == "got " + secret.substr(3, 7));
}

TEST_CASE("a secret is replaced however it is encoded") {
  const auto secret = std::string_view{"correct horse & <b>"};
  for (const auto* text :
       {"correct horse & <b>", "correct+horse+%26+%3Cb%3E",
        "correct%20horse%20%26%20%3cb%3e", "CORRECT HORSE & <B>",
        "correct horse &amp; &lt;b&gt;",
        "correct&#32;horse&#x20;&#38; &#60;b>"})
    CHECK(quote("got " + std::string{text} + " now", secret)
          == "got <redacted> now");
  CHECK(quote("got correct horse", "correct%20horse") == "got <redacted>");
  CHECK(quote("got a+b", "a%2Bb") == "got <redacted>");
  CHECK(quote("got a%2bb", "a+b") == "got <redacted>");
  // A part, in another encoding.
  CHECK(quote("got rect%20hors now", secret) == "got <redacted> now");
}

TEST_CASE("what only looks encoded is quoted as it is") {
  for (const auto* text : {"100% of it", "a %zz b%", "a & b &#; c &#999; &x;",
                           "&", "%4", "&amp", "1+1", "&#x", "&#x;", "%00"})
    CHECK(quote(text, "correct horse") == text);
}

TEST_CASE("long runs of a token's characters are replaced, paths are not") {
  CHECK(quote("+ curl -H abcdefghij0123456789") == "+ curl -H <redacted>");
  CHECK(quote("short abc123") == "short abc123");
  CHECK(quote("/usr/lib/python3/dist-packages/x.py: bad")
        == "/usr/lib/python3/dist-packages/x.py: bad");
  CHECK(quote("/9j4AAQSkZJRgABAQEASABIAADs") == "<redacted>");
}

TEST_CASE("long runs of digits are replaced") {
  CHECK(quote("code 12345678901234567890.") == "code <redacted>");
  CHECK(quote("-- 00000000000000000000 --") == "-- <redacted> --");
  CHECK(quote("/run/12345678901234567890") == "<redacted>");
  CHECK(quote("1700000000123456789 ns") == "1700000000123456789 ns");
  CHECK(quote("2024-02-29 12:00:00.123456789 10.0.0.1")
        == "2024-02-29 12:00:00.123456789 10.0.0.1");
  CHECK(quote("--------------------") == "--------------------");
}

TEST_CASE("a single long word is replaced") {
  CHECK(quote("QwertyuiopAsdfghjklz") == "<redacted>");
  CHECK(quote("qwertyuiopasdfghjkl") == "qwertyuiopasdfghjkl");
  CHECK(quote("refused 'qwertyuiopasdfghjklz', again")
        == "refused '<redacted>', again");
  CHECK(quote("no qwertyuiopasdfghjklz.") == "no <redacted>");
  CHECK(quote("+ get --token=qwertyuiopasdfghjklz") == "+ get <redacted>");
  CHECK(quote("qwertyuiopasdfghjklz==") == "<redacted>");
}

TEST_CASE("words with separators stay as they are, however long together") {
  for (auto text : {
         "Nothing that a program says in plain words is too long to be read.",
         "unknown option --no-check-certificate-revocation",
         "-SkipCertificateCheck is not supported",
         "SOME_RATHER_LONG_VARIABLE_NAME is not set",
         "/usr/share/internationalization/messages.mo: not found",
         "src/internationalization/messages.mo: not found",
         "cannot resolve login.internationalization.example.com",
         "java.lang.UnsupportedOperationException",
       })
    CHECK(quote(text) == text);
}

TEST_CASE("a quote is bounded at the wanted end") {
  const auto text = "first " + std::string(1000, '-') + " last";
  const auto tail = quote(text, {}, 20, text_end::tail);
  CHECK(tail.size() == 20);
  CHECK(tail.starts_with("..."));
  CHECK(tail.ends_with(" last"));
  const auto head = quote(text, {}, 20, text_end::head);
  CHECK(head.size() == 20);
  CHECK(head.starts_with("first "));
  CHECK(head.ends_with("..."));
}

TEST_CASE("half a secret at the edge of a long text is not shown") {
  const auto secret = std::string(300, 'q');
  // The work limit of 8 KiB cuts through the secret at either end.
  const auto rest = std::string(8 * 1024 - 100, ' ');
  CHECK(quote(secret + rest + "end", "other", 8000) == "end");
  CHECK(quote("begin" + rest + secret, "other", 8000, text_end::head)
        == "begin");
  CHECK(quote(std::string(10'000, 'q')).empty());
}

TEST_CASE("what cannot be shown becomes a question mark") {
  CHECK(quote("a\x1b[31mb") == "a?[31mb");
  CHECK(quote(std::string_view{"a\0b", 3}) == "a?b");
  CHECK(quote("gr\xc3\xbc\xc3\x9f") == "gr\xc3\xbc\xc3\x9f");
  CHECK(quote("\xe2\x82\xac \xf0\x9f\x98\x80")
        == "\xe2\x82\xac \xf0\x9f\x98\x80");
  CHECK(quote("a\xff") == "a?");
  CHECK(quote("a\xc3") == "a?");
  // Over-long, a surrogate, beyond Unicode, a control character.
  CHECK(quote("\xc0\xaf") == "??");
  CHECK(quote("\xed\xa0\x80") == "???");
  CHECK(quote("\xf4\x90\x80\x80") == "????");
  CHECK(quote("\xc2\x9b") == "??");
}

TEST_CASE("a quote is never cut inside of a character") {
  auto text = std::string{};
  for (auto i = 0; i < 100; ++i)
    text += "\xe2\x82\xac";
  for (std::size_t limit = 10; limit < 16; ++limit) {
    for (auto end : {text_end::head, text_end::tail}) {
      const auto result = quote(text, {}, limit, end);
      CHECK(result.size() <= limit);
      CHECK((result.size() - 3) % 3 == 0);
    }
  }
}
