#include "gateway/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::Config Valid() {
  v1::Config config;
  config.mutable_encoder()->set_path("none");
  return WithDefaults(config);
}

TEST(ConfigTest, ReadsWhatTheCommentsShow) {
  const auto config = ParseConfig(
      "store: \"/var/lib/footnote\"\n"
      "listen: \"0.0.0.0:7700\"\n"
      "log { level: \"warning\" json: true }\n"
      "limits { max_concurrent_asks: 3 }\n",
      "f");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->store(), "/var/lib/footnote");
  EXPECT_EQ(config->listen(), "0.0.0.0:7700");
  EXPECT_TRUE(config->log().json());
  EXPECT_EQ(config->limits().max_concurrent_asks(), 3);
}

TEST(ConfigTest, RefusesAnUnknownKeyWithItsLine) {
  const auto config = ParseConfig(
      "store: \"s\"\nlimits {\n  max_concurent_asks: 3\n}\n", "my.textproto");
  ASSERT_TRUE(absl::IsInvalidArgument(config.status()));
  EXPECT_THAT(std::string(config.status().message()),
              StartsWith("my.textproto:3:"));
  EXPECT_THAT(std::string(config.status().message()),
              HasSubstr("max_concurent_asks"));
}

TEST(ConfigTest, RefusesAValueOfTheWrongType) {
  const auto config = ParseConfig("\nresources { threads: \"many\" }", "f");
  ASSERT_TRUE(absl::IsInvalidArgument(config.status()));
  EXPECT_THAT(std::string(config.status().message()), StartsWith("f:2:"));
}

TEST(ConfigTest, RefusesAKeyGivenTwice) {
  const auto config = ParseConfig("store: \"a\"\nstore: \"b\"\n", "f");
  ASSERT_TRUE(absl::IsInvalidArgument(config.status()));
  EXPECT_THAT(std::string(config.status().message()), StartsWith("f:2:"));
}

TEST(ConfigTest, NamesAFileThatIsNotThere) {
  const auto config = ReadConfig("/nowhere/footnote.textproto");
  ASSERT_TRUE(absl::IsInvalidArgument(config.status()));
  EXPECT_THAT(std::string(config.status().message()),
              HasSubstr("/nowhere/footnote.textproto"));
}

TEST(ConfigTest, DefaultsAreValidAndListenOnThisMachineOnly) {
  const v1::Config config = Valid();
  EXPECT_TRUE(CheckConfig(config).ok()) << CheckConfig(config);
  EXPECT_EQ(config.listen(), "127.0.0.1:7700");
  EXPECT_GE(config.resources().threads(), 1);
}

TEST(ConfigTest, TheEnvironmentNamesTheStore) {
  setenv("FOOTNOTE_STORE", "/somewhere/store", 1);
  EXPECT_EQ(WithDefaults({}).store(), "/somewhere/store");
  unsetenv("FOOTNOTE_STORE");
  setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(WithDefaults({}).store(), "/data/footnote");
  unsetenv("XDG_DATA_HOME");
}

// Services and containers are often started without HOME: a store in whatever
// folder they begin in would be another one each time.
TEST(ConfigTest, WithoutHomeTheStoreIsInTheHomeOfWhoRunsIt) {
  const passwd* const user = getpwuid(geteuid());
  if (user == nullptr) GTEST_SKIP() << "who runs this has no entry";
  unsetenv("FOOTNOTE_STORE");
  unsetenv("XDG_DATA_HOME");
  unsetenv("HOME");
  EXPECT_EQ(WithDefaults({}).store(),
            std::string(user->pw_dir) + "/.local/share/footnote");
}

std::string SecondBeside(const std::string& first) {
  v1::Config config;
  config.mutable_encoder()->set_path(first);
  return WithDefaults(config).encoder().second();
}

TEST(ConfigTest, TheSecondEncoderIsBesideTheFirstUnlessSaidOtherwise) {
  unsetenv("FOOTNOTE_SECOND_ENCODER");
  const std::string folder = testing::TempDir();
  const std::string first = folder + "/footnote-23.enc";
  EXPECT_EQ(SecondBeside(first), "none");
  const std::string second = folder + "/multilingual-e5-small.enc";
  std::ofstream(second) << "weights";
  EXPECT_EQ(SecondBeside(first), second);
  EXPECT_EQ(SecondBeside("none"), "none");
  setenv("FOOTNOTE_SECOND_ENCODER", "/other.enc", 1);
  EXPECT_EQ(SecondBeside(first), "/other.enc");
  setenv("FOOTNOTE_SECOND_ENCODER", "none", 1);
  EXPECT_EQ(SecondBeside(first), "none");
  unsetenv("FOOTNOTE_SECOND_ENCODER");
}

TEST(ConfigTest, TheSecondEncoderIsAskedWhereItHeardUnlessSaidOtherwise) {
  unsetenv("FOOTNOTE_SECOND_OPINION");
  EXPECT_EQ(WithDefaults({}).encoder().second_opinion(), "heard");
  setenv("FOOTNOTE_SECOND_OPINION", "always", 1);
  EXPECT_EQ(WithDefaults({}).encoder().second_opinion(), "always");
  unsetenv("FOOTNOTE_SECOND_OPINION");
}

TEST(ConfigTest, WhatIsSetIsNotReplacedByADefault) {
  v1::Config config;
  config.set_store("mine");
  config.mutable_timeouts()->set_ask_ms(5);
  config = WithDefaults(config);
  EXPECT_EQ(config.store(), "mine");
  EXPECT_EQ(config.timeouts().ask_ms(), 5);
}

struct BadValue {
  const char* name;
  const char* text;
  const char* message;
};

class ConfigBadValueTest : public testing::TestWithParam<BadValue> {};

TEST_P(ConfigBadValueTest, IsRefusedByName) {
  auto config = ParseConfig(GetParam().text, "f");
  ASSERT_TRUE(config.ok()) << config.status();
  if (config->encoder().path().empty()) {
    config->mutable_encoder()->set_path("none");
  }
  const absl::Status status = CheckConfig(WithDefaults(*config));
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, ConfigBadValueTest,
    testing::Values(
        BadValue{"ListenWithoutPort", "listen: \"localhost\"",
                 "listen: \"localhost\", want host:port"},
        BadValue{"ListenOfTheWeb", "listen: \"http://localhost:7700\"",
                 "listen: \"http://localhost:7700\", want host:port"},
        BadValue{"PortTooLarge", "listen: \"localhost:65536\"", "listen"},
        BadValue{"Metrics", "metrics: \"9090\"", "metrics"},
        BadValue{"RoomAddress", "rooms { audit: \"x\" }", "rooms.audit"},
        BadValue{"Level", "log { level: \"loud\" }", "log.level: loud"},
        BadValue{"Precision", "encoder { precision: \"int4\" }",
                 "encoder.precision: int4"},
        BadValue{"SecondOpinion", "encoder { second_opinion: \"never\" }",
                 "encoder.second_opinion: \"never\""},
        BadValue{"SecondEncoder", "encoder { second: \"/nowhere.enc\" }",
                 "encoder.second: /nowhere.enc"},
        BadValue{"NoSecondEncoder",
                 "encoder { second: \"none\" second_opinion: \"always\" }",
                 "want encoder.second"},
        BadValue{"Encoder", "encoder { path: \"/nowhere\" }",
                 "encoder.path: /nowhere"},
        BadValue{"Memory", "resources { memory_bytes: 1000 }",
                 "resources.memory_bytes: 1000"},
        BadValue{"Threads", "resources { threads: -1 }",
                 "resources.threads: -1"},
        BadValue{"Asks", "limits { max_concurrent_asks: -5 }",
                 "limits.max_concurrent_asks: -5"},
        BadValue{"HalfTls", "tls { certificate: \"c\" }", "tls"},
        BadValue{"MissingKeyFile",
                 "tls { certificate: \"/nowhere\" private_key: \"/nowhere\" }",
                 "tls.certificate: /nowhere"},
        BadValue{"AuditOfNoCollection",
                 "audit { collections { collection: \"Canteen\" } }",
                 "config: audit.collections.collection: \"Canteen\", want a "
                 "collection's id"},
        BadValue{"Witness", "audit { witnesses { url: \"ftp://w.example\" } }",
                 "audit.witnesses.url: \"ftp://w.example\", want https://host "
                 "or http://host"},
        BadValue{"WitnessWithoutHost",
                 "audit { witnesses { url: \"https://\" } }",
                 "audit.witnesses.url: \"https://\""},
        BadValue{"WitnessWithoutKey",
                 "audit { witnesses { url: \"https://w.example\" } }",
                 "audit.witnesses.public_key: empty, want the key of "
                 "https://w.example"},
        BadValue{"Drain", "timeouts { drain_ms: -1 }", "timeouts.drain_ms"}),
    [](const auto& info) { return info.param.name; });

// Of the server's machine a client has neither the weights nor the keys.
TEST(ConfigTest, AClientIsAskedOnlyForWhatItUses) {
  v1::Config config = Valid();
  config.mutable_encoder()->set_path("/nowhere/footnote-23.enc");
  config.mutable_encoder()->set_second_opinion("always");
  config.mutable_model()->set_path("/nowhere");
  config.mutable_tls()->set_certificate("/nowhere/server.pem");
  config.mutable_tls()->set_private_key("/nowhere/server.key");
  EXPECT_FALSE(CheckConfig(config).ok());
  EXPECT_EQ(CheckClientConfig(config), absl::OkStatus());
  config.mutable_client_tls()->set_ca("/nowhere/ca.pem");
  EXPECT_THAT(std::string(CheckClientConfig(config).message()),
              HasSubstr("client_tls.ca: /nowhere/ca.pem"));
}

TEST(ConfigTest, FilesOfTlsThatAreNoneAreNamed) {
  const std::string junk = testing::TempDir() + "/junk.pem";
  std::ofstream(junk) << "junk";
  v1::Config config = Valid();
  config.mutable_tls()->set_certificate(junk);
  config.mutable_tls()->set_private_key(junk);
  EXPECT_EQ(std::string(CheckConfig(config).message()),
            "config: tls.certificate: " + junk + ": want a certificate in PEM");
  config = Valid();
  config.mutable_client_tls()->set_ca(junk);
  EXPECT_EQ(std::string(CheckConfig(config).message()),
            "config: client_tls.ca: " + junk + ": want a certificate in PEM");
}

TEST(ConfigTest, AFolderThatStandsForAFileIsNamedWithItsKey) {
  const std::string folder = testing::TempDir();
  const std::string junk = folder + "/junk.pem";
  std::ofstream(junk) << "junk";
  const auto wrong = [&](const std::string& key) {
    return "config: " + key + ": " + folder + ": is a folder, want a file";
  };
  v1::Config config = Valid();
  config.mutable_tls()->set_certificate(junk);
  config.mutable_tls()->set_private_key(folder);
  EXPECT_EQ(std::string(CheckConfig(config).message()),
            wrong("tls.private_key"));
  config = Valid();
  config.mutable_client_tls()->set_ca(folder);
  EXPECT_EQ(std::string(CheckConfig(config).message()), wrong("client_tls.ca"));
  config = Valid();
  config.mutable_encoder()->set_path(folder);
  EXPECT_EQ(std::string(CheckConfig(config).message()), wrong("encoder.path"));
}

TEST(ConfigTest, TextOfAConfigIsReadBackTheSame) {
  const v1::Config config = Valid();
  const auto again = ParseConfig(ConfigText(config), "f");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), config.SerializeAsString());
}

TEST(ConfigTest, AddressMayHoldAnIpV6Host) {
  const auto address = ParseAddress("listen", "[::1]:70");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->host, "[::1]");
  EXPECT_EQ(address->port, 70);
}

TEST(ConfigTest, IdentityFromCertificatesWantsCertificates) {
  const struct {
    const char* name;
    const char* identity;
    const char* wanted;
  } kCases[] = {
      {"field", "tenant_field: \"O\"", "want tls.client_ca"},
      {"proxy", "trusted_proxies: \"p\"", "want tls.client_ca"},
      {"no such field", "tenant_field: \"CN\"", "want O, OU or nothing"},
      {"nobody's", "collections { collection: \"c\" }", "want both"},
      {"no collection's",
       "collections { collection: \"Contracts\" tenant: \"n\" }",
       "\"Contracts\", want a collection's id"},
      {"no text", "tenant: \"M\\374ller\"", "not UTF-8"},
      {"two owners",
       "collections { collection: \"c\" tenant: \"n\" } "
       "collections { collection: \"c\" tenant: \"s\" }",
       "collection \"c\" twice, want one tenant"},
  };
  for (const auto& test : kCases) {
    auto config =
        ParseConfig(std::string("identity { ") + test.identity + " }", "f");
    ASSERT_TRUE(config.ok()) << test.name;
    config->mutable_encoder()->set_path("none");
    const absl::Status status = CheckConfig(WithDefaults(*config));
    ASSERT_TRUE(absl::IsInvalidArgument(status)) << test.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.wanted));
  }
  v1::Config plain = Valid();
  plain.mutable_identity()->set_tenant("north");
  EXPECT_TRUE(CheckConfig(plain).ok());
}

}  // namespace
}  // namespace footnote
