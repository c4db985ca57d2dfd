#include "base/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CertificateTest : public ::testing::Test {
 protected:
  // "a" and "b": a certificate for one day and its key each.
  static void SetUpTestSuite() {
    for (const std::string name : {"a", "b"}) {
      ASSERT_EQ(
          system(absl::StrCat("cd ", testing::TempDir(),
                              " && openssl req -x509 -newkey rsa:2048 -nodes "
                              "-days 1 -subj /CN=x -keyout ",
                              name, ".key -out ", name, ".pem 2>/dev/null")
                     .c_str()),
          0);
    }
  }
  static std::string Text(const std::string& name) {
    return *ReadFile(absl::StrCat(testing::TempDir(), "/", name));
  }
};

TEST_F(CertificateTest, KnowsTheKeyOfACertificate) {
  EXPECT_TRUE(CheckPrivateKey(Text("a.pem"), Text("a.key")).ok());
  // With the certificates that signed it, and words before it.
  EXPECT_TRUE(
      CheckPrivateKey(absl::StrCat("mine\n", Text("a.pem"), Text("b.pem")),
                      Text("a.key"))
          .ok());
  EXPECT_THAT(
      std::string(CheckPrivateKey(Text("a.pem"), Text("b.key")).message()),
      HasSubstr("is not the certificate's"));
  EXPECT_THAT(
      std::string(CheckPrivateKey(Text("a.pem"), Text("a.pem")).message()),
      HasSubstr("want a private key in PEM"));
  EXPECT_THAT(
      std::string(CheckPrivateKey(Text("a.key"), Text("a.key")).message()),
      HasSubstr("want a certificate in PEM"));
}

TEST_F(CertificateTest, KnowsWhatIsNone) {
  EXPECT_TRUE(CheckCertificate(Text("a.pem")).ok());
  EXPECT_FALSE(CheckCertificate("").ok());
  EXPECT_FALSE(CheckCertificate("junk").ok());
  EXPECT_FALSE(CheckCertificate(Text("a.key")).ok());
  EXPECT_FALSE(CheckCertificate(Text("a.pem").substr(0, 200)).ok());
}

TEST_F(CertificateTest, SaysSinceWhenItIsNotValid) {
  const absl::Time now = absl::Now();
  EXPECT_EQ(*WhyNotValid(Text("a.pem"), now), "");
  EXPECT_THAT(*WhyNotValid(Text("a.pem"), now + absl::Hours(48)),
              StartsWith("expired on 2"));
  EXPECT_THAT(*WhyNotValid(Text("a.pem"), now - absl::Hours(48)),
              StartsWith("not valid before 2"));
  EXPECT_FALSE(WhyNotValid("junk", now).ok());
}

}  // namespace
}  // namespace footnote
