// A site and a bucket, read from real servers: Debian's nginx, PyPI's moto.
#include "indexer/sources/source.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "indexer/sources/http_client.h"

extern char** environ;

namespace footnote {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// A port that was free a moment ago.
int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

bool Answers(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool connected =
      connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

// A server process that ends with the test.
class Server {
 public:
  Server(const std::vector<std::string>& command, int port) {
    std::vector<char*> argv;
    for (const std::string& word : command) {
      argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    if (posix_spawnp(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) !=
        0) {
      pid_ = -1;
      return;
    }
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (!ready_ && absl::Now() < deadline) {
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
        return;
      }
      ready_ = Answers(port);
      if (!ready_) absl::SleepFor(absl::Milliseconds(20));
    }
  }
  ~Server() {
    if (pid_ < 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  bool ready() const { return ready_; }

 private:
  pid_t pid_ = -1;
  bool ready_ = false;
};

std::string TestFolder(const std::string& name) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/", name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

void Write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(
      std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

SourceOptions Quick() {
  SourceOptions options;
  options.rate = 1000;
  return options;
}

// What a source holds: bytes by id; "= " where it is unchanged, "! reason"
// where it could not be had. `etags` gets what was told.
std::map<std::string, std::string> ReadAll(FileSource* source,
                                           const KnownEtags& known,
                                           KnownEtags* etags) {
  std::map<std::string, std::string> out;
  const absl::Status status =
      source->ReadAll(known, [&](SourceItem item) -> absl::Status {
        EXPECT_TRUE(absl::StartsWith(item.id, source->prefix())) << item.id;
        EXPECT_EQ(out.count(item.id), 0) << item.id;
        out[item.id] = item.unchanged ? "="
                       : item.status.ok()
                           ? item.bytes
                           : absl::StrCat("! ", item.status.message());
        (*etags)[item.id] = item.etag;
        return absl::OkStatus();
      });
  if (!status.ok()) out["status"] = std::string(status.message());
  return out;
}

class SiteTest : public testing::Test {
 protected:
  void SetUp() override {
    if (access("/usr/sbin/nginx", X_OK) != 0) {
      GTEST_SKIP() << "nginx is missing: tools/setup --dev";
    }
    folder_ = TestFolder("site");
    port_ = FreePort();
    host_ = absl::StrCat("http://127.0.0.1:", port_);
    // Root of a namespace cannot give nginx's folders to another user.
    Write(folder_ + "/nginx.conf",
          absl::StrCat(geteuid() == 0 ? "user root root;\n" : "",
                       "daemon off;\nmaster_process off;\npid ", folder_,
                       "/pid;\nerror_log ", folder_,
                       "/log;\nevents {}\nhttp {\n types { text/html html; }\n"
                       " access_log off;\n client_body_temp_path ",
                       folder_, "/t1;\n proxy_temp_path ", folder_,
                       "/t2;\n fastcgi_temp_path ", folder_,
                       "/t3;\n uwsgi_temp_path ", folder_,
                       "/t4;\n scgi_temp_path ", folder_,
                       "/t5;\n server {\n  listen 127.0.0.1:", port_,
                       ";\n  root ", folder_,
                       "/www;\n  location = /docs/broken { return 403; }\n"
                       "  location = /docs/moved { return 301 /docs/b.html; }\n"
                       "  location = /robots.txt { if (!-f $request_filename) "
                       "{ return 301 /other/robots.txt; } }\n"
                       "  location = /docs/away { return 302 "
                       "http://other.example/login; }\n"
                       "  location = /docs/left { return 301 "
                       "http://other.example/left; }\n"
                       "  location = /docs/closed { return 302 "
                       "/docs/sign_in.html; }\n"
                       " }\n}\n"));
    Write(folder_ + "/www/docs/index.html",
          "<a href='a.html#part'>a</a> <a href='/docs/moved'>b</a>"
          "<a href='broken'>c</a> <a href='private/x.html'>d</a>"
          "<a href='gone.html'>e</a> <a href='/other/y.html'>f</a>"
          "<a href='mailto:x@y.z'>g</a><a href='deep/c.html' rel='nofollow'>");
    Write(folder_ + "/www/docs/a.html", "<p>A</p><a href='./deep/c.html'>");
    Write(folder_ + "/www/docs/b.html", "<p>B</p><a href='index.html'>");
    Write(folder_ + "/www/docs/deep/c.html",
          "<base href='/docs/'><p>C</p>"
          "<a href='a.html'>");
    Write(folder_ + "/www/docs/private/x.html", "<p>secret</p>");
    Write(folder_ + "/www/other/y.html", "<p>elsewhere</p>");
    Write(folder_ + "/www/robots.txt",
          "User-agent: *\nDisallow: /docs/private/\n");
    server_ = std::make_unique<Server>(
        std::vector<std::string>{"/usr/sbin/nginx", "-p", folder_, "-e",
                                 folder_ + "/log", "-c",
                                 folder_ + "/nginx.conf"},
        port_);
    ASSERT_TRUE(server_->ready());
  }

  std::string folder_, host_;
  int port_ = 0;
  std::unique_ptr<Server> server_;
};

TEST_F(SiteTest, ReadsWhatLinksLeadToBelowItsAddress) {
  const auto source = OpenSource(host_ + "/docs/index.html", Quick());
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ((*source)->prefix(), host_ + "/docs/");
  KnownEtags etags;
  const auto first = ReadAll(source->get(), {}, &etags);
  EXPECT_THAT(first,
              UnorderedElementsAre(
                  Pair(host_ + "/docs/index.html", HasSubstr("href")),
                  Pair(host_ + "/docs/a.html", HasSubstr("<p>A</p>")),
                  Pair(host_ + "/docs/b.html", HasSubstr("<p>B</p>")),
                  Pair(host_ + "/docs/broken", HasSubstr("! ")),
                  Pair(host_ + "/docs/deep/c.html", HasSubstr("<p>C</p>"))));
  EXPECT_NE(etags[host_ + "/docs/a.html"], "");
  // Again: nothing but what changed, though the page that led to it did not.
  absl::SleepFor(absl::Milliseconds(10));
  Write(folder_ + "/www/docs/deep/c.html", "<p>changed page</p>");
  std::filesystem::remove(folder_ + "/www/docs/b.html");
  const auto second = ReadAll(source->get(), etags, &etags);
  EXPECT_EQ(second.at(host_ + "/docs/index.html"), "=");
  EXPECT_EQ(second.at(host_ + "/docs/a.html"), "=");
  EXPECT_THAT(second.at(host_ + "/docs/deep/c.html"), HasSubstr("changed"));
  EXPECT_EQ(second.count(host_ + "/docs/b.html"), 0);
}

TEST_F(SiteTest, APageThatLeadsElsewhereForNowIsNotGone) {
  const auto source = OpenSource(host_ + "/docs/index.html", Quick());
  ASSERT_TRUE(source.ok()) << source.status();
  KnownEtags etags;
  const auto read =
      ReadAll(source->get(),
              {{host_ + "/docs/away", ""}, {host_ + "/docs/left", ""}}, &etags);
  ASSERT_EQ(read.count(host_ + "/docs/away"), 1);
  EXPECT_THAT(
      read.at(host_ + "/docs/away"),
      HasSubstr("/docs/away: leads to http://other.example/login for now"));
  EXPECT_EQ(read.count(host_ + "/docs/left"), 0);
}

TEST_F(SiteTest, APageThatLeadsToAnotherOneOfItsSiteForNowIsNotGone) {
  Write(folder_ + "/www/docs/sign_in.html", "<p>Your name?</p>");
  const auto source = OpenSource(host_ + "/docs/index.html", Quick());
  ASSERT_TRUE(source.ok()) << source.status();
  KnownEtags etags;
  const auto read = ReadAll(
      source->get(),
      {{host_ + "/docs/closed", ""}, {host_ + "/docs/moved", ""}}, &etags);
  ASSERT_EQ(read.count(host_ + "/docs/closed"), 1);
  EXPECT_THAT(read.at(host_ + "/docs/closed"),
              HasSubstr("/docs/sign_in.html for now"));
  // What it leads to is read, as it may be what is left of it.
  EXPECT_THAT(read.at(host_ + "/docs/sign_in.html"), HasSubstr("Your name?"));
  EXPECT_EQ(read.count(host_ + "/docs/moved"), 0);
  EXPECT_THAT(read.at(host_ + "/docs/b.html"), HasSubstr("<p>B</p>"));
}

TEST_F(SiteTest, AnAddressThatLeadsToAnotherOneNamesThat) {
  KnownEtags etags;
  for (const std::string path : {"/docs/away", "/docs/left"}) {
    EXPECT_THAT(
        ReadAll(OpenSource(host_ + path, Quick())->get(), {}, &etags),
        ElementsAre(Pair("status", HasSubstr("want http://other.example/l"))));
  }
}

TEST_F(SiteTest, StaysAwayWhereRobotsTxtSaysSoAndNamesWhatIsNotThere) {
  KnownEtags etags;
  EXPECT_THAT(
      ReadAll(OpenSource(host_ + "/docs/private/", Quick())->get(), {}, &etags),
      ElementsAre(Pair("status", HasSubstr("robots.txt"))));
  EXPECT_THAT(
      ReadAll(OpenSource(host_ + "/nothing/", Quick())->get(), {}, &etags),
      ElementsAre(Pair("status", HasSubstr("nothing there"))));
}

TEST_F(SiteTest, FollowsARobotsTxtThatLiesElsewhere) {
  std::filesystem::rename(folder_ + "/www/robots.txt",
                          folder_ + "/www/other/robots.txt");
  KnownEtags etags;
  EXPECT_THAT(
      ReadAll(OpenSource(host_ + "/docs/private/x.html", Quick())->get(), {},
              &etags),
      ElementsAre(Pair("status", HasSubstr("robots.txt"))));
}

TEST_F(SiteTest, KeepsToItsRate) {
  SourceOptions options = Quick();
  options.rate = 20;
  const absl::Time begin = absl::Now();
  KnownEtags etags;
  ReadAll(OpenSource(host_ + "/docs/index.html", options)->get(), {}, &etags);
  // robots.txt and seven addresses: seven pauses of 50 ms.
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(345));
}

TEST(SourceTest, NamesAddressesThatAreNone) {
  EXPECT_EQ(OpenSource("https://", {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(IsSourceAddress("docs/a.html"));
  EXPECT_TRUE(IsSourceAddress("s3://bucket/a"));
  SourceOptions options = Quick();
  options.patience = absl::Seconds(2);
  KnownEtags etags;
  EXPECT_THAT(
      ReadAll(OpenSource("http://127.0.0.1:1/", options)->get(), {}, &etags),
      ElementsAre(Pair("status", HasSubstr("127.0.0.1:1"))));
}

// Puts an object through the server's own door.
void Put(const std::string& endpoint, const std::string& path,
         const std::string& body, const std::string& header = "") {
  const std::string file = testing::TempDir() + "/put";
  Write(file, body);
  const std::string command = absl::StrCat(
      "curl -sSf -o /dev/null --path-as-is --user key:secret --aws-sigv4 "
      "aws:amz:us-east-1:s3 -X PUT ",
      body.empty() ? "" : "--data-binary @" + file + " ", "'", endpoint, path,
      "' -H 'Content-Type: text/html'",
      header.empty() ? "" : " -H '" + header + "'");
  ASSERT_EQ(std::system(command.c_str()), 0);
}

// A bucket whose list is a file.
class ListedBucketTest : public SiteTest {
 protected:
  std::map<std::string, std::string> ReadListed(const std::string& end) {
    Write(folder_ + "/www/lights",
          "<ListBucketResult><Contents><Key>docs/a.html</Key>"
          "<Size>8</Size></Contents>" +
              end + "</ListBucketResult>");
    SourceOptions options = Quick();
    options.endpoint = host_;
    KnownEtags ignored;
    return ReadAll(OpenSource("s3://lights/", options)->get(), {}, &ignored);
  }
};

// Not as if the objects that are not named had gone.
TEST_F(ListedBucketTest, AListThatIsCutShortIsAnError) {
  EXPECT_EQ(ReadListed("").count("status"), 0);
  // As servers answer that know the first version of the call alone.
  EXPECT_THAT(ReadListed("<IsTruncated>true</IsTruncated>"
                         "<NextMarker>docs/b.html</NextMarker>"),
              Contains(Pair("status", HasSubstr("cut short"))));
}

TEST_F(ListedBucketTest, AListThatNeverEndsIsAnError) {
  EXPECT_THAT(ReadListed("<IsTruncated>true</IsTruncated>"
                         "<NextContinuationToken>t</NextContinuationToken>"),
              Contains(Pair("status", HasSubstr("again and again"))));
}

TEST(BucketTest, ListsGetsAndKnowsWhatIsTheSame) {
  const char* const named = std::getenv("FOOTNOTE_MOTO");
  const std::string moto = named == nullptr ? "moto_server" : named;
  if (std::system(("command -v " + moto +
                   " > /dev/null && "
                   "command -v curl > /dev/null")
                      .c_str()) != 0) {
    GTEST_SKIP() << "moto_server is missing: tools/setup --dev, which says "
                    "where it is";
  }
  setenv("AWS_ACCESS_KEY_ID", "key", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  const int port = FreePort();
  const Server server({moto, "-H", "127.0.0.1", "-p", absl::StrCat(port)},
                      port);
  ASSERT_TRUE(server.ready());
  SourceOptions options = Quick();
  options.endpoint = absl::StrCat("http://127.0.0.1:", port);
  Put(options.endpoint, "/lights", "");
  Put(options.endpoint, "/lights/docs/a.html", "<p>A</p>");
  Put(options.endpoint, "/lights/docs/%C3%BC%20b+c.html", "<p>B</p>");
  Put(options.endpoint, "/lights/other/c.html", "<p>C</p>");
  Put(options.endpoint, "/lights/dots/d.html", "<p>D</p>");
  Put(options.endpoint, "/lights/dots/x/../d.html", "<p>not D</p>");
  // More than one range, and not a whole number of them.
  std::string large;
  while (large.size() < (20 << 20)) absl::StrAppend(&large, large.size(), " ");
  Put(options.endpoint, "/lights/docs/large", large);
  // No name of a file: dots are a part of it.
  KnownEtags none;
  EXPECT_THAT(
      ReadAll(OpenSource("s3://lights/dots/", options)->get(), {}, &none),
      UnorderedElementsAre(
          Pair("s3://lights/dots/d.html", "<p>D</p>"),
          Pair("s3://lights/dots/x/../d.html", "<p>not D</p>")));
  // One that is kept packed.
  std::mt19937 random(7);
  std::string letters;
  while (letters.size() < (16 << 20)) {
    letters.push_back(static_cast<char>('a' + random() % 26));
  }
  const std::string packed = TestFolder("packed") + "/letters";
  Write(packed, letters);
  ASSERT_EQ(std::system(("gzip -1 " + packed).c_str()), 0);
  ASSERT_GT(std::filesystem::file_size(packed + ".gz"), 9 << 20);
  std::ifstream gz(packed + ".gz", std::ios::binary);
  Put(options.endpoint, "/lights/packed/letters",
      std::string(std::istreambuf_iterator<char>(gz), {}),
      "Content-Encoding: gzip");
  KnownEtags ignored;
  const auto unpacked =
      ReadAll(OpenSource("s3://lights/packed/", options)->get(), {}, &ignored);
  EXPECT_TRUE(unpacked.at("s3://lights/packed/letters") == letters)
      << unpacked.at("s3://lights/packed/letters").substr(0, 200);
  const auto source = OpenSource("s3://lights/docs/", options);
  ASSERT_TRUE(source.ok()) << source.status();
  KnownEtags etags;
  const auto first = ReadAll(source->get(), {}, &etags);
  ASSERT_EQ(first.size(), 3) << testing::PrintToString(first);
  EXPECT_EQ(first.at("s3://lights/docs/a.html"), "<p>A</p>");
  EXPECT_EQ(first.at("s3://lights/docs/\xC3\xBC b+c.html"), "<p>B</p>");
  EXPECT_TRUE(first.at("s3://lights/docs/large") == large);
  Put(options.endpoint, "/lights/docs/a.html", "<p>changed</p>");
  const auto second = ReadAll(source->get(), etags, &etags);
  EXPECT_EQ(second.at("s3://lights/docs/a.html"), "<p>changed</p>");
  EXPECT_EQ(second.at("s3://lights/docs/large"), "=");
  EXPECT_THAT(ReadAll(OpenSource("s3://nobody/", options)->get(), {}, &ignored),
              ElementsAre(Pair("status", HasSubstr("NoSuchBucket"))));
}

// As in a container that holds what must be there and no more.
TEST(HttpClientTest, WhereNoAuthorityIsKnownTheirPackageIsNamed) {
  const int listening = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listening, 8), 0);
  getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  bool is_hidden = false;
  absl::Status status;
  // Only this thread sees another file system.
  std::thread([&] {
    is_hidden =
        unshare(CLONE_NEWNS) == 0 &&
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        mount("none", "/etc/ssl", "tmpfs", 0, "size=4k") == 0;
    if (!is_hidden) return;
    HttpRequest request;
    request.url =
        absl::StrCat("https://127.0.0.1:", ntohs(address.sin_port), "/");
    status = HttpClient(100, 1000, absl::Seconds(5)).Get(request).status();
  }).join();
  close(listening);
  if (!is_hidden) GTEST_SKIP() << "no file system can be mounted here";
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("ca-certificates"));
}

TEST(UrlTest, ResolvesLinks) {
  const std::string kBase = "https://h.example/docs/a/b.html?q=1";
  EXPECT_EQ(ResolveUrl(kBase, "../c.html#x"), "https://h.example/docs/c.html");
  EXPECT_EQ(ResolveUrl(kBase, " /d e.html "), "https://h.example/d%20e.html");
  EXPECT_EQ(ResolveUrl(kBase, "//other/x"), "https://other/x");
  EXPECT_EQ(ResolveUrl(kBase, "mailto:a@b.c"), "");
  EXPECT_EQ(ResolveUrl(kBase, "javascript:void(0)"), "");
  EXPECT_EQ(ResolveUrl("nonsense", ""), "");
  EXPECT_EQ(NormalUrl("https://h.example:443/a"), "https://h.example/a");
  EXPECT_EQ(EscapeUrl("a b/ü", true), "a%20b/%C3%BC");
  EXPECT_EQ(EscapeUrl("a/b", false), "a%2Fb");
}

}  // namespace
}  // namespace footnote
