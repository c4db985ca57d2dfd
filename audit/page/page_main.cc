// footnote-page: a bundle of answers as PDF, for people.
//
//   footnote-page BUNDLE FILE.pdf [KEY]
//
// KEY is the log's public key ("name+hash+key"); without it the bundle's own is
// taken, and the page says what that key makes of it. Ends with status 0 when
// everything that could be checked holds, 4 when something does not (the page
// is written and says what), 1 when there is no page, 2 for wrong arguments.
#include <stdio.h>
#include <sys/stat.h>

#include <string>

#include "audit/bundle.h"
#include "audit/note.h"
#include "audit/page/pdf_page.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr int kNoPage = 1;
constexpr int kNotVerified = 4;

absl::StatusOr<bool> WritePage(const std::string& bundle_path,
                               const std::string& pdf_path,
                               const std::string& key) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(bundle_path));
  ASSIGN_OR_RETURN(const Bundle bundle, ReadBundle(bytes));
  ASSIGN_OR_RETURN(const Verifier log,
                   ParseVerifier(key.empty() ? bundle.public_key : key));
  const CheckedBundle checked = CheckBundle(bundle, log, {});
  RETURN_IF_ERROR(WritePdf(bundle, checked, pdf_path));
  return checked.good;
}

int Main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    fprintf(stderr, "usage: footnote-page BUNDLE FILE.pdf [KEY]\n");
    return 2;
  }
  const absl::StatusOr<bool> good =
      WritePage(argv[1], argv[2], argc > 3 ? argv[3] : "");
  if (!good.ok()) {
    fprintf(stderr, "footnote-page: %s\n",
            std::string(good.status().message()).c_str());
    return kNoPage;
  }
  return *good ? 0 : kNotVerified;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  // As other files of answers are: not for everybody.
  umask(umask(0) | 027);
  return footnote::Main(argc, argv);
}
