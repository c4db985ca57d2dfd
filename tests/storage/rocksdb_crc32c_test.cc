#include <dlfcn.h>
#include <rocksdb/file_checksum.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "kernels/crc32c.h"

namespace footnote {
namespace {

using Extend = uint32_t (*)(uint32_t, const char*, size_t);
constexpr char kExtend[] = "_ZN7rocksdb6crc32c6ExtendEjPKcm";

// The file that the function is of.
std::string FileOf(Extend function) {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(function), &info) == 0) return "none";
  return info.dli_fname;
}

// What RocksDB's calls are bound to, and its own.
Extend Bound() {
  return reinterpret_cast<Extend>(dlsym(RTLD_DEFAULT, kExtend));
}
Extend Own() { return reinterpret_cast<Extend>(dlsym(RTLD_NEXT, kExtend)); }

TEST(RocksDbCrc32cTest, CallsOfRocksDbMeetOurs) {
  ASSERT_NE(Bound(), nullptr);
  ASSERT_NE(Own(), nullptr) << "this RocksDB names its function otherwise";
  EXPECT_NE(Bound(), Own());
  EXPECT_EQ(FileOf(Own()).find("librocksdb") == std::string::npos, false)
      << FileOf(Own());
  EXPECT_EQ(FileOf(Bound()).find("librocksdb"), std::string::npos)
      << FileOf(Bound());
}

TEST(RocksDbCrc32cTest, GivesTheNumbersOfRocksDb) {
  ASSERT_NE(Own(), nullptr);
  std::mt19937 random(1);
  std::string bytes(4000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  uint32_t crc = 0;
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 3) {
    const uint32_t next = Own()(crc, bytes.data() + size / 2, size / 2);
    EXPECT_EQ(Bound()(crc, bytes.data() + size / 2, size / 2), next) << size;
    crc = next;
  }
}

// As they stand in the manifest of every store: CRC-32C of "123456789".
TEST(RocksDbCrc32cTest, ChecksumsOfFilesAreThoseOfBefore) {
  const std::unique_ptr<rocksdb::FileChecksumGenerator> generator =
      rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator(
          rocksdb::FileChecksumGenContext());
  generator->Update("12345", 5);
  generator->Update("6789", 4);
  generator->Finalize();
  EXPECT_EQ(generator->GetChecksum(), "\xe3\x06\x92\x83");
}

}  // namespace
}  // namespace footnote
