#include "model/quantise/quantise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "kernels/quant_types.h"
#include "model/decoder/choose_device.h"
#include "model/decoder/decoder.h"
#include "model/template/chat_template.h"
#include "model/tokenizer/open.h"
#include "model/weights/gguf.h"
#include "model/weights/model_files.h"
#include "model/weights/safetensors.h"
#include "tests/model/tokenizer/toy_tokenizer.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr char kModels[] = "tests/golden/models/";

void Nothing(uint64_t, uint64_t) {}

bool IsThere(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

// A new name for a file of this test.
std::string NewName(const std::string& ending) {
  static int count = 0;
  std::string name =
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::replace(name.begin(), name.end(), '/', '-');
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/", name, ++count, ending);
  unlink(path.c_str());
  return path;
}

absl::StatusOr<std::string> Quantised(const std::string& source,
                                      TensorType type, int threads = 2) {
  const std::string target = NewName(".gguf");
  QuantiseOptions options;
  options.type = type;
  options.threads = threads;
  const auto report = QuantiseModel(source, target, options, Nothing);
  if (!report.ok()) return report.status();
  return target;
}

// The logits of all positions of `ids`.
std::vector<float> Logits(const std::string& path,
                          const std::vector<int32_t>& ids) {
  const auto files = ModelFiles::Open(path);
  EXPECT_TRUE(files.ok()) << files.status();
  auto device = ChooseDevice("", 1);
  EXPECT_TRUE(device.ok()) << device.status();
  const int rows = static_cast<int>(ids.size());
  auto decoder = Decoder::Create(**files, *std::move(device), rows, rows);
  EXPECT_TRUE(decoder.ok()) << decoder.status();
  if (!decoder.ok()) return {};
  const int pages = rows / 16 + 1;
  const size_t kinds = (*decoder)->shape().windows.size();
  EXPECT_TRUE((*decoder)->MakePages(std::vector<int>(kinds, pages)).ok());
  std::vector<int32_t> table(pages);
  for (int i = 0; i < pages; ++i) table[i] = i;
  Batch batch;
  batch.ids = ids;
  batch.sequences.resize(1);
  batch.sequences[0].rows = rows;
  batch.sequences[0].pages.assign(kinds, table.data());
  for (int i = 0; i < rows; ++i) batch.logit_rows.push_back(i);
  const absl::Span<const float> logits = (*decoder)->Forward(batch);
  return {logits.begin(), logits.end()};
}

std::vector<int32_t> GoldenIds(const std::string& model) {
  const auto golden =
      SafeTensors::Open(absl::StrCat(kModels, model, "/golden.safetensors"));
  EXPECT_TRUE(golden.ok()) << golden.status();
  const Tensor& tensor = (*golden)->tensors().at("ids");
  std::vector<int32_t> ids(tensor.bytes.size() / 4);
  std::memcpy(ids.data(), tensor.bytes.data(), tensor.bytes.size());
  return ids;
}

double Most(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  EXPECT_FALSE(a.empty());
  double most = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double off = std::fabs(double{a[i]} - b[i]);
    if (!(off <= most)) most = off;
  }
  return most;
}

double Size(const std::vector<float>& a) {
  double sum = 0;
  for (const float x : a) sum += double{x} * x;
  return std::sqrt(sum / static_cast<double>(a.size()));
}

double MeanError(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double sum = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  }
  return std::sqrt(sum / static_cast<double>(a.size()));
}

// A folder with a small Llama whose rows are multiples of 256.
class ToyModel {
 public:
  ToyModel() : folder_(NewName("")) {
    EXPECT_TRUE(MakeFolder(folder_).ok());
    Add("model.embed_tokens.weight", {kVocabulary, kHidden}, 1);
    Add("model.norm.weight", {kHidden}, 1);
    Add("lm_head.weight", {kVocabulary, kHidden}, .1f);
    for (int i = 0; i < 2; ++i) {
      const std::string layer = absl::StrCat("model.layers.", i, ".");
      Add(layer + "input_layernorm.weight", {kHidden}, 1);
      Add(layer + "post_attention_layernorm.weight", {kHidden}, 1);
      Add(layer + "self_attn.q_proj.weight", {kHidden, kHidden}, .1f);
      Add(layer + "self_attn.k_proj.weight", {kHidden / 2, kHidden}, .1f);
      Add(layer + "self_attn.v_proj.weight", {kHidden / 2, kHidden}, .1f);
      Add(layer + "self_attn.o_proj.weight", {kHidden, kHidden}, .1f);
      Add(layer + "mlp.gate_proj.weight", {2 * kHidden, kHidden}, .1f);
      Add(layer + "mlp.up_proj.weight", {2 * kHidden, kHidden}, .1f);
      Add(layer + "mlp.down_proj.weight", {kHidden, 2 * kHidden}, .1f);
    }
    config_ = absl::StrCat(
        "{\"model_type\": \"llama\", \"vocab_size\": ", kVocabulary,
        ", \"hidden_size\": ", kHidden,
        ", \"intermediate_size\": ", 2 * kHidden,
        ", \"num_hidden_layers\": 2, \"num_attention_heads\": 4, "
        "\"num_key_value_heads\": 2, \"rms_norm_eps\": 1e-5, "
        "\"bos_token_id\": 300, \"eos_token_id\": 301, "
        "\"tie_word_embeddings\": false}");
  }

  // The numbers of tensor `name` to change.
  float* Numbers(const std::string& name) {
    for (One& one : tensors_) {
      if (one.name == name) return one.numbers.data();
    }
    ADD_FAILURE() << name;
    return nullptr;
  }

  void Put(const std::string& name, const std::string& contents) {
    EXPECT_TRUE(WriteFileAtomically(folder_ + "/" + name, contents).ok());
  }

  const std::string& Write() {
    Put("config.json", config_);
    std::vector<std::string> fields;
    std::string body;
    for (const One& one : tensors_) {
      const size_t bytes = one.numbers.size() * sizeof(float);
      fields.push_back(
          absl::StrCat("\"", one.name, "\":{\"dtype\":\"F32\",\"shape\":[",
                       absl::StrJoin(one.shape, ","), "],\"data_offsets\":[",
                       body.size(), ",", body.size() + bytes, "]}"));
      body.append(reinterpret_cast<const char*>(one.numbers.data()), bytes);
    }
    const std::string header = "{" + absl::StrJoin(fields, ",") + "}";
    const uint64_t size = header.size();
    Put("model.safetensors",
        std::string(reinterpret_cast<const char*>(&size), 8) + header + body);
    return folder_;
  }

 private:
  static constexpr uint64_t kHidden = 256;
  static constexpr uint64_t kVocabulary = 320;

  struct One {
    std::string name;
    std::vector<uint64_t> shape;
    std::vector<float> numbers;
  };

  void Add(const std::string& name, std::vector<uint64_t> shape, float size) {
    One one{name, std::move(shape), {}};
    uint64_t count = 1;
    for (const uint64_t side : one.shape) count *= side;
    for (uint64_t i = 0; i < count; ++i) {
      const float number = static_cast<float>(random_()) / 2147483648.0f - 1.0f;
      one.numbers.push_back(one.shape.size() == 1 ? 1 + .1f * number
                                                  : size * number);
    }
    tensors_.push_back(std::move(one));
  }

  std::string folder_;
  std::string config_;
  std::mt19937 random_{3};
  std::vector<One> tensors_;
};

const std::vector<int32_t>& SomeIds() {
  static const auto* const ids =
      new std::vector<int32_t>{300, 5, 77, 19, 202, 255, 8, 8, 91, 140};
  return *ids;
}

class FloatsTest : public ::testing::TestWithParam<const char*> {};

void ExpectTheSameAsFloats(const std::string& folder,
                           const std::vector<int32_t>& ids) {
  const std::vector<float> want = Logits(folder, ids);
  const auto full = Quantised(folder, TensorType::kFloat32);
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_LE(Most(Logits(*full, ids), want), 2e-6 * Size(want));
  // From that file again: the same numbers under the same names.
  const auto again = Quantised(*full, TensorType::kFloat32);
  ASSERT_TRUE(again.ok()) << again.status();
  const auto a = Gguf::Open(*full);
  const auto b = Gguf::Open(*again);
  ASSERT_TRUE(a.ok() && b.ok());
  ASSERT_EQ((*a)->tensors().size(), (*b)->tensors().size());
  for (const auto& [name, tensor] : (*a)->tensors()) {
    EXPECT_EQ(tensor.bytes, (*b)->tensors().at(name).bytes) << name;
  }
  const auto metadata = [](const Gguf& file) {
    auto lines = file.Metadata();
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  EXPECT_EQ(metadata(**a), metadata(**b));
}

TEST_P(FloatsTest, AFolderAsFloatsInGgufComputesTheSame) {
  ExpectTheSameAsFloats(std::string(kModels) + GetParam(),
                        GoldenIds(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Models, FloatsTest,
                         ::testing::Values("tiny-cohere2", "tiny-llama",
                                           "llama", "llama_304", "mistral",
                                           "qwen3"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

// GGUF can't say that attention's scale is another than the head's size gives,
// as the golden model has it.
TEST(QuantiseTest, NormsOfGemmaBecomeWhatGgufMeans) {
  const std::string golden = std::string(kModels) + "gemma3";
  const auto refused = Quantised(golden, TensorType::kFloat32);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("attention scale"));
  const std::string folder = NewName("");
  ASSERT_TRUE(MakeFolder(folder).ok());
  std::string config = *ReadFile(golden + "/config.json");
  config = absl::StrReplaceAll(config, {{"\"query_pre_attn_scalar\": 24",
                                         "\"query_pre_attn_scalar\": 8"}});
  ASSERT_TRUE(WriteFileAtomically(folder + "/config.json", config).ok());
  ASSERT_TRUE(WriteFileAtomically(folder + "/model.safetensors",
                                  *ReadFile(golden + "/model.safetensors"))
                  .ok());
  ExpectTheSameAsFloats(folder, GoldenIds("gemma3"));
}

// The same model with the numbers that its blocks stand for, as floats.
std::string Dequantised(const std::string& path) {
  const auto file = Gguf::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  const auto raw = [](auto number) {
    return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
  };
  const auto text = [&](const std::string& t) {
    return raw(uint64_t{t.size()}) + t;
  };
  std::string head, body;
  const auto metadata = (*file)->Metadata();
  for (const auto& [key, unused] : metadata) (*file)->AppendEntry(key, &head);
  for (const auto& [name, tensor] : (*file)->tensors()) {
    uint64_t count = 1;
    head += text(name) + raw(static_cast<uint32_t>(tensor.shape.size()));
    for (auto side = tensor.shape.rbegin(); side != tensor.shape.rend();
         ++side) {
      head += raw(*side);
      count *= *side;
    }
    head += raw(uint32_t{0}) + raw(uint64_t{body.size()});
    QuantType type;
    EXPECT_TRUE(QuantTypeFromGgml(static_cast<uint32_t>(tensor.type), &type));
    std::vector<float> numbers(count);
    DequantizeWeights(type, tensor.bytes.data(), count, numbers.data());
    body.append(reinterpret_cast<const char*>(numbers.data()), 4 * count);
    body.resize((body.size() + 31) / 32 * 32);
  }
  head = "GGUF" + raw(uint32_t{3}) + raw(uint64_t{(*file)->tensors().size()}) +
         raw(uint64_t{metadata.size()}) + head;
  head.resize((head.size() + 31) / 32 * 32);
  const std::string target = NewName(".gguf");
  EXPECT_TRUE(WriteFileAtomically(target, head + body).ok());
  return target;
}

TEST(QuantiseTest, LogitsStayNear) {
  ToyModel toy;
  const std::string& folder = toy.Write();
  const std::vector<float> want = Logits(folder, SomeIds());
  const struct {
    TensorType type;
    double levels;
  } cases[] = {
      {TensorType::kQ8_0, 254},  {TensorType::kQ6K, 63.5},
      {TensorType::kQ5K, 31},    {TensorType::kQ5_1, 31},
      {TensorType::kQ5_0, 31.5}, {TensorType::kQ4K, 15},
      {TensorType::kQ4_1, 15},   {TensorType::kQ4_0, 15.5},
  };
  for (const auto& test : cases) {
    const auto target = Quantised(folder, test.type);
    ASSERT_TRUE(target.ok()) << target.status();
    const std::vector<float> exact = Logits(Dequantised(*target), SomeIds());
    const std::vector<float> found = Logits(*target, SomeIds());
    const double size = Size(want);
    // Weights spread evenly over `levels` err by 1 / levels of their size, and
    // so does what a matrix makes. Twelve add up: the embedding, the output,
    // and v, o, gate, up and down of two layers.
    const double error = MeanError(exact, want) / size;
    EXPECT_LE(error, std::sqrt(12.0) / test.levels)
        << TensorTypeName(test.type);
    EXPECT_GE(error, 1 / test.levels) << TensorTypeName(test.type);
    // What eleven of them are multiplied by is rounded to 127 steps for three
    // times its mean size.
    EXPECT_LE(MeanError(found, exact) / size,
              std::sqrt(11.0) * 3 / 127 / std::sqrt(12.0))
        << TensorTypeName(test.type);
  }
}

TEST(QuantiseTest, TheFileHoldsWhatItsBlocksSay) {
  ToyModel toy;
  const auto target = Quantised(toy.Write(), TensorType::kQ4K);
  ASSERT_TRUE(target.ok()) << target.status();
  const auto file = Gguf::Open(*target);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->version(), 3u);
  for (const auto& [name, tensor] : (*file)->tensors()) {
    const bool end = name == "token_embd.weight" || name == "output.weight";
    EXPECT_EQ(TensorTypeName(tensor.type), tensor.shape.size() == 1 ? "F32"
                                           : end                    ? "Q6_K"
                                                                    : "Q4_K")
        << name;
  }
  const Tensor& down = (*file)->tensors().at("blk.1.ffn_down.weight");
  std::vector<float> found(256 * 512);
  DequantizeWeights(QuantType::kQ4K, down.bytes.data(), found.size(),
                    found.data());
  const float* const source =
      toy.Numbers("model.layers.1.mlp.down_proj.weight");
  const std::vector<float> want(source, source + found.size());
  // Evenly spread from -.1 to .1: 15 steps.
  EXPECT_LE(MeanError(found, want), 1.1 * .2 / 15 / std::sqrt(12.0));
  EXPECT_LE(Most(found, want), 1.25 * .2 / 15);
}

TEST(QuantiseTest, ThreadsDoNotChangeTheBytes) {
  ToyModel toy;
  const std::string& folder = toy.Write();
  const auto one = Quantised(folder, TensorType::kQ5K, 1);
  const auto many = Quantised(folder, TensorType::kQ5K, 5);
  ASSERT_TRUE(one.ok() && many.ok());
  EXPECT_TRUE(*ReadFile(*one) == *ReadFile(*many));
}

TEST(QuantiseTest, GoldenModelsGenerateWithFewerBits) {
  for (const char* model : {"tiny-cohere2", "tiny-llama"}) {
    const std::string folder = std::string(kModels) + model;
    const std::vector<int32_t> ids = GoldenIds(model);
    const std::vector<float> want = Logits(folder, ids);
    // Their numbers are halves too.
    const auto halves = Quantised(folder, TensorType::kFloat16);
    ASSERT_TRUE(halves.ok()) << halves.status();
    EXPECT_LE(Most(Logits(*halves, ids), want), 2e-6 * Size(want));
    double before = 0;
    for (const TensorType type :
         {TensorType::kQ8_0, TensorType::kQ5_1, TensorType::kQ4_1}) {
      const auto target = Quantised(folder, type);
      ASSERT_TRUE(target.ok()) << target.status();
      const double error = MeanError(Logits(*target, ids), want);
      EXPECT_GT(error, before) << model << " " << TensorTypeName(type);
      EXPECT_LT(error, Size(want)) << model << " " << TensorTypeName(type);
      before = error;
    }
  }
}

TEST(QuantiseTest, CarriesTokenizerAndTemplates) {
  ToyModel toy;
  toy.Put("tokenizer.json", ByteLevelJson());
  toy.Put("tokenizer_config.json",
          R"({"bos_token": "<|start|>", "eos_token": {"content": "<|end|>"},
              "add_bos_token": true, "chat_template": [
                {"name": "default", "template": "{{ bos_token }}a"},
                {"name": "tool_use", "template": "b{{ tools|length }}"}]})");
  const std::string& folder = toy.Write();
  const auto target = Quantised(folder, TensorType::kQ8_0);
  ASSERT_TRUE(target.ok()) << target.status();
  const auto want = OpenTokenizer(folder);
  const auto found = OpenTokenizer(*target);
  ASSERT_TRUE(want.ok() && found.ok()) << found.status();
  const std::string text =
      "the <|start|>end in  größe 日本 the <table>\n\nthe then 1234\x01";
  std::vector<int32_t> want_ids, found_ids;
  (*want)->Encode(text, &want_ids);
  (*found)->Encode(text, &found_ids);
  EXPECT_EQ(found_ids, want_ids);
  want_ids.clear();
  found_ids.clear();
  (*want)->EncodePrompt(text, {}, &want_ids);
  (*found)->EncodePrompt(text, {}, &found_ids);
  EXPECT_EQ(found_ids, want_ids);
  EXPECT_EQ((*found)->bos(), 300);
  EXPECT_EQ((*found)->eos(), 301);
  EXPECT_TRUE((*found)->add_bos());

  const auto chat = ChatTemplate::Open(*target);
  ASSERT_TRUE(chat.ok()) << chat.status();
  EXPECT_EQ((*chat)->Render(R"({"messages": []})")->bytes(), "<|start|>a");
  EXPECT_EQ((*chat)->Render(R"({"messages": [], "tools": [1]})")->bytes(),
            "b1");
}

TEST(QuantiseTest, SaysWhatItCannotCarry) {
  const struct {
    const char* name;
    std::string tokenizer;
    const char* says;
  } cases[] = {
      {"none", "", "there is no "},
      {"characters", CharacterJson(), "pieces are characters"},
      {"lower case", ByteLevelJson(R"({"type": "Lowercase"})"),
       "normalizer \"Lowercase\" is not known here"},
  };
  for (const auto& test : cases) {
    ToyModel toy;
    if (!test.tokenizer.empty()) toy.Put("tokenizer.json", test.tokenizer);
    QuantiseOptions options;
    options.type = TensorType::kQ8_0;
    const auto report =
        QuantiseModel(toy.Write(), NewName(".gguf"), options, Nothing);
    ASSERT_TRUE(report.ok()) << report.status();
    ASSERT_EQ(report->left_out.size(), 1u) << test.name;
    EXPECT_THAT(report->left_out[0], HasSubstr("the tokenizer")) << test.name;
    EXPECT_THAT(report->left_out[0], HasSubstr(test.says)) << test.name;
  }
}

TEST(QuantiseTest, SaysWhichEndsOfAnAnswerItCannotCarry) {
  ToyModel toy;
  const std::string folder = toy.Write();
  toy.Put("config.json",
          absl::StrReplaceAll(*ReadFile(folder + "/config.json"),
                              {{"301", "[301, 302, 302, 303, 304, 305]"}}));
  QuantiseOptions options;
  const std::string target = NewName(".gguf");
  const auto report = QuantiseModel(folder, target, options, Nothing);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ((*ModelFiles::Open(target))->config().end_ids,
            (std::vector<int32_t>{301, 302, 303}));
  ASSERT_EQ(report->left_out.size(), 2u);
  EXPECT_THAT(report->left_out[0] + report->left_out[1],
              HasSubstr("pieces 304, 305 end an answer too"));
}

TEST(QuantiseTest, NamesWhatItRefuses) {
  const auto message = [](const absl::Status& status) {
    return std::string(status.message());
  };
  const std::string llama = std::string(kModels) + "llama";
  auto refused = Quantised(llama, TensorType::kQ4K).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(message(refused),
              HasSubstr("rows of 48 numbers, want a multiple of 256 for Q4_K"));
  refused = Quantised(llama, TensorType::kQ8_0).status();
  EXPECT_THAT(message(refused),
              HasSubstr("tensor blk.0.ffn_down.weight: rows of 48 numbers, "
                        "want a multiple of 32"));
  refused =
      Quantised(std::string(kModels) + "tiny-cohere2-moe", TensorType::kQ8_0)
          .status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(message(refused), HasSubstr("experts"));
  // Only some of its layers have a window, and GGUF has no word for which.
  refused =
      Quantised(std::string(kModels) + "qwen2", TensorType::kFloat32).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(message(refused), HasSubstr("window"));

  ToyModel toy;
  const auto rounded = Quantised(toy.Write(), TensorType::kQ8_0);
  ASSERT_TRUE(rounded.ok());
  refused = Quantised(*rounded, TensorType::kQ4K).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(message(refused), HasSubstr("its type is Q8_0, want F32"));

  QuantiseOptions options;
  EXPECT_EQ(QuantiseModel(toy.Write(), NewName(".bin"), options, Nothing)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      QuantiseModel(toy.Write(), *rounded, options, Nothing).status().code(),
      absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Quantised("/no/such/model", TensorType::kQ8_0).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(QuantiseTest, RefusesNumbersThatTheTypeCannotHold) {
  for (const float bad : {NAN, INFINITY, 3e38f}) {
    ToyModel toy;
    toy.Numbers("model.layers.1.mlp.up_proj.weight")[5000] = bad;
    const std::string target = NewName(".gguf");
    QuantiseOptions options;
    const auto refused = QuantiseModel(toy.Write(), target, options, Nothing);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(refused.status().message()),
                HasSubstr("tensor blk.1.ffn_up.weight"));
    EXPECT_FALSE(IsThere(target));
    EXPECT_FALSE(IsThere(target + ".part"));
  }
}

TEST(QuantiseTest, DamagedSourcesAreErrors) {
  ToyModel toy;
  const std::string folder = toy.Write();
  const std::string whole = *ReadFile(folder + "/model.safetensors");
  for (size_t size = 0; size < whole.size(); size += whole.size() / 7) {
    toy.Put("model.safetensors", whole.substr(0, size));
    EXPECT_EQ(Quantised(folder, TensorType::kQ8_0).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
}

TEST(QuantiseTest, WhatIsReadIsNotWhatIsWritten) {
  ToyModel toy;
  const auto floats = Quantised(toy.Write(), TensorType::kFloat32);
  ASSERT_TRUE(floats.ok()) << floats.status();
  const std::string whole = *ReadFile(*floats);
  const std::string target = NewName(".gguf");
  const std::string source = target + ".part";
  ASSERT_EQ(rename(floats->c_str(), source.c_str()), 0);
  QuantiseOptions options;
  options.type = TensorType::kQ8_0;
  const auto refused = QuantiseModel(source, target, options, Nothing);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr(source + ", and that is the source"));
  EXPECT_TRUE(*ReadFile(source) == whole);
  EXPECT_FALSE(IsThere(target));
  // By another of its names.
  ASSERT_EQ(symlink(source.c_str(), floats->c_str()), 0);
  EXPECT_EQ(QuantiseModel(*floats, target, options, Nothing).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(*ReadFile(source) == whole);
}

TEST(QuantiseTest, KilledInTheMiddleLeavesNoFileAndStartsAnew) {
  ToyModel toy;
  const std::string folder = toy.Write();
  const std::string target = NewName(".gguf");
  QuantiseOptions options;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    (void)QuantiseModel(folder, target, options,
                        [](uint64_t done, uint64_t all) {
                          if (2 * done > all) kill(getpid(), SIGKILL);
                        });
    _exit(0);
  }
  int how = 0;
  ASSERT_EQ(waitpid(child, &how, 0), child);
  ASSERT_TRUE(WIFSIGNALED(how));
  EXPECT_FALSE(IsThere(target));
  EXPECT_TRUE(IsThere(target + ".part"));
  const auto report = QuantiseModel(folder, target, options, Nothing);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(IsThere(target + ".part"));
  const auto other = Quantised(folder, options.type);
  ASSERT_TRUE(other.ok());
  EXPECT_TRUE(*ReadFile(target) == *ReadFile(*other));
  EXPECT_EQ(ReadFile(target)->size(), report->bytes);
}

TEST(QuantiseTest, KnowsItsTypesByName) {
  EXPECT_EQ(*QuantisedTypeNamed("q4_k"), TensorType::kQ4K);
  EXPECT_EQ(*QuantisedTypeNamed("BF16"), TensorType::kBFloat16);
  const auto unknown = QuantisedTypeNamed("Q3_K");
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("\"Q3_K\": want one of Q4_K, Q5_K"));
}

}  // namespace
}  // namespace footnote
