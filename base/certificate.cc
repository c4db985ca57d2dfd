#include "base/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
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

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

// Instead of asking at the terminal.
int NoPassword(char* /*buffer*/, int /*size*/, int /*writes*/, void* /*more*/) {
  return 0;
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

absl::Status CheckCertificate(absl::string_view pem) {
  if (Parse(pem) != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError("want a certificate in PEM");
}

absl::Status CheckPrivateKey(absl::string_view pem, absl::string_view key) {
  const Certificate certificate = Parse(pem);
  if (certificate == nullptr) return CheckCertificate(pem);
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(key.data(), static_cast<int>(key.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> private_key(
      PEM_read_bio_PrivateKey(text.get(), nullptr, &NoPassword, nullptr),
      &EVP_PKEY_free);
  if (private_key == nullptr) {
    return absl::InvalidArgumentError(
        "want a private key in PEM, without a password");
  }
  if (X509_check_private_key(certificate.get(), private_key.get()) == 1) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("is not the certificate's, want its key");
}

absl::StatusOr<std::string> WhyNotValid(absl::string_view pem, absl::Time now) {
  const Certificate certificate = Parse(pem);
  if (certificate == nullptr) return CheckCertificate(pem);
  const absl::Time begin = TimeOf(X509_get0_notBefore(certificate.get()));
  const absl::Time end = TimeOf(X509_get0_notAfter(certificate.get()));
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
  };
  if (now > end) return absl::StrCat("expired on ", text(end));
  if (now < begin) return absl::StrCat("not valid before ", text(begin));
  return std::string();
}

}  // namespace footnote
