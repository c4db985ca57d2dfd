#include "model/weights/model_config.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

constexpr char kSizes[] =
    R"("vocab_size":256,"hidden_size":64,"num_hidden_layers":8,)"
    R"("num_attention_heads":8,"num_key_value_heads":2,)"
    R"("intermediate_size":96)";

absl::StatusOr<ModelConfig> Read(const std::string& kind,
                                 const std::string& more) {
  return ConfigFromJson(absl::StrCat("{\"model_type\":\"", kind, "\",", kSizes,
                                     more.empty() ? "" : ",", more, "}"),
                        "config.json");
}

void ExpectRefused(const std::string& kind, const std::string& more,
                   const std::string& key) {
  const absl::Status status = Read(kind, more).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), key)) << status;
}

TEST(ModelConfigTest, Cohere2OfOldAndNewConfigurationsIsTheSame) {
  const auto old =
      Read("cohere2", R"("sliding_window":16,"sliding_window_pattern":4,)"
                      R"("rope_theta":50000,"logit_scale":0.25,)"
                      R"("position_embedding_type":"rope_gptj",)"
                      R"("use_parallel_block":true,"rotary_pct":1.0,)"
                      R"("torch_dtype":"bfloat16")");
  const auto young =
      Read("cohere2",
           R"("sliding_window":16,"logit_scale":0.25,"dtype":"bfloat16",)"
           R"("rope_parameters":{"rope_type":"default","rope_theta":50000},)"
           R"("layer_types":["sliding_attention","sliding_attention",)"
           R"("sliding_attention","full_attention","sliding_attention",)"
           R"("sliding_attention","sliding_attention","full_attention"])");
  ASSERT_TRUE(old.ok()) << old.status();
  ASSERT_TRUE(young.ok()) << young.status();
  for (const ModelConfig& config : {*old, *young}) {
    EXPECT_TRUE(config.parallel);
    EXPECT_TRUE(config.tied);
    EXPECT_EQ(config.norm, NormKind::kLayerNorm);
    EXPECT_EQ(config.pairing, RopePairing::kAdjacent);
    EXPECT_EQ(config.rope.theta, 50000);
    EXPECT_EQ(config.head_size, 8);
    EXPECT_EQ(config.layers[2].window, 16);
    EXPECT_EQ(config.layers[3].window, 0);
    EXPECT_TRUE(config.layers[2].rotates);
    EXPECT_FALSE(config.layers[3].rotates);
  }
}

TEST(ModelConfigTest, KeyThatChangesTheArithmeticIsRefusedByName) {
  ExpectRefused("cohere2", R"("attention_bias":true)", "attention_bias");
  ExpectRefused("cohere2", R"("use_qk_norm":true)", "use_qk_norm");
  ExpectRefused("cohere2", R"("hidden_act":"gelu")", "hidden_act");
  ExpectRefused("cohere2", R"("sliding_window":null)", "sliding_window");
  ExpectRefused("cohere2", R"("rotary_pct":0.5)", "rotary_pct");
  ExpectRefused("llama", R"("rope_scaling":{"type":"yarn","factor":2})",
                "yarn");
  ExpectRefused("llama", R"("rope_parameters":{"rope_theta":1,"beta_fast":3})",
                "beta_fast");
  ExpectRefused("llama", R"("partial_rotary_factor":0.5)",
                "partial_rotary_factor");
  ExpectRefused("llama", R"("quantization_config":{"bits":4})",
                "quantization_config");
  ExpectRefused("llama", R"("residual_multiplier":2.0)", "residual_multiplier");
  ExpectRefused("gemma3_text", R"("attn_logit_softcapping":50.0)",
                "attn_logit_softcapping");
  ExpectRefused("gemma3_text", R"("use_bidirectional_attention":true)",
                "use_bidirectional_attention");
  ExpectRefused("cohere2_moe", R"("expert_selection_fn":"hash")",
                "expert_selection_fn");
  ExpectRefused("qwen2",
                R"("layer_types":["linear_attention","a","a","a",)"
                R"("a","a","a","a"])",
                "linear_attention");
  ExpectRefused("gpt2", "", "gpt2");
}

TEST(ModelConfigTest, UnknownKeyThatIsOffIsIgnored) {
  EXPECT_TRUE(Read("llama", R"("new_trick":false,"other":null)").ok());
  ExpectRefused("llama", R"("new_trick":true)", "new_trick");
}

TEST(ModelConfigTest, ImpossibleSizesAreNamed) {
  for (const auto& [kind, json, part] :
       {std::make_tuple("llama", R"("head_dim":7)", "head size"),
        std::make_tuple("llama", R"("head_dim":-1)", "head size"),
        std::make_tuple("llama", R"("rms_norm_eps":-1)", "norm epsilon"),
        std::make_tuple("llama", R"("rope_theta":0)", "rope"),
        std::make_tuple("cohere2", R"("layer_types":["full_attention"])",
                        "layer_types"),
        std::make_tuple("cohere2_moe", R"("num_experts_per_tok":9)",
                        "experts per token"),
        std::make_tuple("llama", R"("max_position_embeddings":"x")",
                        "max_position_embeddings")}) {
    const absl::Status status = Read(kind, json).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), part)) << status;
  }
  for (const char* json : {"", "[]", "{", "{\"model_type\":3}"}) {
    EXPECT_FALSE(ConfigFromJson(json, "config.json").ok());
  }
}

TEST(ModelConfigTest, MistralsWindowMayBeNull) {
  EXPECT_EQ(Read("mistral", R"("sliding_window":null)")->layers[0].window, 0);
  EXPECT_EQ(Read("mistral", R"("sliding_window":7)")->layers[0].window, 7);
  EXPECT_EQ(Read("mistral", "")->layers[0].window, 4096);
}

TEST(ModelConfigTest, EndsMayBeSeveral) {
  EXPECT_EQ(Read("llama", R"("eos_token_id":[2,7],"bos_token_id":1)")->end_ids,
            (std::vector<int32_t>{2, 7}));
}

}  // namespace
}  // namespace footnote
