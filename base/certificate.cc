#include "base/certificate.h"

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate Parse(absl::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  return Certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr),
                     &X509_free);
}

absl::StatusOr<std::string> Utf8Of(const X509_NAME_ENTRY* entry) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(entry));
  if (size < 0) {
    return absl::FailedPreconditionError(
        "certificate: a name that is no text, want UTF-8");
  }
  const std::string value(reinterpret_cast<const char*>(bytes),
                          static_cast<size_t>(size));
  OPENSSL_free(bytes);
  return value;
}

}  // namespace

absl::StatusOr<std::string> HolderField(absl::string_view pem,
                                        absl::string_view field) {
  const Certificate certificate = Parse(pem);
  const int nid = OBJ_sn2nid(std::string(field).c_str());
  if (certificate == nullptr || nid == NID_undef) {
    return absl::InvalidArgumentError(absl::StrCat(
        "certificate: want one in PEM, and a field's short name, not \"", field,
        "\""));
  }
  const X509_NAME* const name = X509_get_subject_name(certificate.get());
  const int first = X509_NAME_get_index_by_NID(name, nid, -1);
  const bool one =
      first >= 0 && X509_NAME_get_index_by_NID(name, nid, first) < 0;
  if (!one) {
    return absl::FailedPreconditionError(
        absl::StrCat("certificate: ", first < 0 ? "no" : "several", " ", field,
                     " in the holder's name, want one"));
  }
  absl::StatusOr<std::string> value = Utf8Of(X509_NAME_get_entry(name, first));
  if (value.ok() && value->empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("certificate: an empty ", field, " in the holder's name"));
  }
  return value;
}

}  // namespace footnote
