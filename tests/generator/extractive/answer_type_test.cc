#include "generator/extractive/answer_type.h"

#include <gtest/gtest.h>

#include "tests/generator/documents_23.h"

namespace footnote {
namespace extractive {
namespace {

TEST(AnswerTypeTest, KnowsADateIsAskedForInEveryLanguage) {
  for (const Document23& document : Documents23()) {
    EXPECT_EQ(
        FindAnswerType(document.question, *ParseLanguage(document.language)),
        AnswerType::kDate)
        << document.language << ": " << document.question;
  }
}

struct Case {
  const char* name;
  const char* language;
  const char* question;
  AnswerType type;
};

TEST(AnswerTypeTest, TellsQuestionsApart) {
  const Case cases[] = {
      {"number before manner", "en", "How many people live there?",
       AnswerType::kNumber},
      {"manner", "en", "How do I mount a disk?", AnswerType::kManner},
      {"Japanese manner", "ja", "時刻を変えるにはどうすればいいですか。",
       AnswerType::kManner},
      {"Japanese manner at the end", "ja", "網に接続するには？",
       AnswerType::kManner},
      {"Korean manner at the end", "ko", "암호를 바꾸려면?",
       AnswerType::kManner},
      {"person", "en", "WHO wrote it?", AnswerType::kPerson},
      {"possessive", "en", "Whose book is it?", AnswerType::kPerson},
      {"a word inside another is none", "en", "Nowhere whole shows",
       AnswerType::kAny},
      {"place with accent", "es", "¿Dónde está?", AnswerType::kPlace},
      {"place without accent", "es", "donde esta", AnswerType::kPlace},
      {"sharp s", "de", "Wie groß ist der Saal?", AnswerType::kNumber},
      {"Swiss spelling", "de", "Wie gross ist der Saal?", AnswerType::kNumber},
      {"Chinese years", "zh", "保修几年？", AnswerType::kNumber},
      {"German price", "de", "Was kostet die Fahrt?", AnswerType::kNumber},
      {"Turkish beginning", "tr", "Kimler geldi?", AnswerType::kPerson},
      {"Japanese", "ja", "社長は誰ですか", AnswerType::kPerson},
      {"Japanese reason", "ja", "なぜ遅れたのですか", AnswerType::kReason},
      {"Chinese number", "zh", "有多少人？", AnswerType::kNumber},
      {"Korean place", "ko", "본사는 어디에 있는가?", AnswerType::kPlace},
      {"Persian reason", "fa", "چرا بسته شد؟", AnswerType::kReason},
      {"Greek person", "el", "Ποιος το έγραψε;", AnswerType::kPerson},
      {"Hindi number", "hi", "कितने लोग हैं?", AnswerType::kNumber},
      {"Korean year at the end", "ko", "다리가 놓인 해는?", AnswerType::kDate},
      {"the end of another word", "ko", "홍수의 피해는?", AnswerType::kAny},
      {"a year that is not the end", "ko", "그 해는 누가 이겼나?",
       AnswerType::kPerson},
      {"Japanese year at the end", "ja", "橋ができた年は？", AnswerType::kDate},
      {"the same without a mark", "ja", "橋ができた年は", AnswerType::kDate},
      {"a year that is known", "ja", "2015年は雨が多かったか。",
       AnswerType::kAny},
      {"Japanese person at the end", "ja", "橋を架けた人は。」",
       AnswerType::kPerson},
      {"Japanese count", "ja", "乗客の人数は？", AnswerType::kNumber},
      {"Chinese speed", "zh", "火车有多快？", AnswerType::kNumber},
      {"Vietnamese province", "vi", "Hồ nằm ở tỉnh nào?", AnswerType::kPlace},
      {"French date", "fr", "Quelle est la date de sa naissance ?",
       AnswerType::kDate},
      {"Italian elision", "it", "Dov'è il museo?", AnswerType::kPlace},
      {"Russian count", "ru", "Какое количество книг в зале?",
       AnswerType::kNumber},
      {"when as a conjunction", "en", "How old was she when she won?",
       AnswerType::kNumber},
      {"the same of a person", "es", "¿Quién reinaba allí cuando llegaron?",
       AnswerType::kPerson},
      {"the same in Russian", "ru", "Сколько лет ему было, когда он уехал?",
       AnswerType::kNumber},
      {"a date behind a name", "en", "In the north, when did who win?",
       AnswerType::kDate},
      {"two questions", "en", "How and when was it built?", AnswerType::kDate},
      {"a year that begins as a person does", "el", "Ποιο έτος χτίστηκε;",
       AnswerType::kDate},
      {"an accent of another word", "vi", "Chiếc máy bay nào bay xa nhất?",
       AnswerType::kAny},
      {"the same of a place", "vi", "Chuyến tàu đầu tiên chở hàng nào?",
       AnswerType::kAny},
      {"a Vietnamese count", "vi", "Thuyền có mấy cột buồm?",
       AnswerType::kNumber},
      {"no accents at all", "vi", "thuyen co may cot buom",
       AnswerType::kNumber},
      {"a relative that had an accent", "el",
       "Τι χρώμα έχει η πόρτα που άνοιξε;", AnswerType::kDefinition},
      {"a place that lost its accent", "el", "Που είναι η γέφυρα;",
       AnswerType::kPlace},
      {"or", "fr", "Quel port a brûlé, Brest ou Lorient ?", AnswerType::kAny},
      {"where, late", "fr", "Le phare de Brest, il est où ?",
       AnswerType::kPlace},
      {"how far", "fr", "Jusqu'où va le train ?", AnswerType::kPlace},
      {"as", "es", "¿Qué barco se conoce como el Viejo?",
       AnswerType::kDefinition},
      {"only one accent forgotten", "es", "¿Cuando se fundó la ciudad?",
       AnswerType::kDate},
      {"as, where nothing has accents", "it", "Quale nave è nota come Vecchia?",
       AnswerType::kAny},
      {"as, in Russian", "ru", "Какой корабль известен как Старый?",
       AnswerType::kAny},
      {"when behind what", "en", "What sank there when the storm came?",
       AnswerType::kAny},
      {"when behind which", "fr", "Quelle voile casse quand le vent tourne ?",
       AnswerType::kAny},
      {"in which and when", "en", "In what year and when did it sink?",
       AnswerType::kDate},
      {"how it is called", "es", "¿Cómo se llama el puente nuevo?",
       AnswerType::kDefinition},
      {"the same at the end", "de", "Wie wird der Turm am Hafen genannt?",
       AnswerType::kDefinition},
      {"the same with an elision", "fr", "Comment s'appelle le phare ?",
       AnswerType::kDefinition},
      {"the same in Russian", "ru", "Как называется башня?",
       AnswerType::kDefinition},
      {"the same in Japanese", "ja", "塔はどのように呼ばれているか。",
       AnswerType::kDefinition},
      {"the same before how", "vi", "Tháp được gọi như thế nào?",
       AnswerType::kDefinition},
      {"how to do it to what is called so", "es",
       "¿Cómo se abre en el programa el archivo llamado notas de viaje?",
       AnswerType::kManner},
      {"how to call", "es", "¿Cómo llamo a un taxi?", AnswerType::kManner},
      {"Romanian with a cedilla", "ro", "În ce oraş este farul?",
       AnswerType::kPlace},
      {"only marks", "ja", "？？。", AnswerType::kAny},
      {"definition", "fr", "Qu'est-ce que le noyau ?", AnswerType::kDefinition},
      {"Ukrainian reason", "uk", "Чому закрито?", AnswerType::kReason},
      {"no question word", "en", "disk full", AnswerType::kAny},
      {"empty", "en", "", AnswerType::kAny},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(FindAnswerType(c.question, *ParseLanguage(c.language)), c.type)
        << c.name << ": "
        << AnswerTypeName(
               FindAnswerType(c.question, *ParseLanguage(c.language)));
  }
}

TEST(AnswerTypeTest, HasNoOpinionWithoutALanguage) {
  EXPECT_EQ(FindAnswerType("When was it?", Language::kUnknown),
            AnswerType::kAny);
}

TEST(AnswerTypeTest, ReadsBothEndsOfAVeryLongQuestion) {
  const std::string filler(90000, 'x');
  EXPECT_EQ(FindAnswerType("When " + filler, Language::kEn), AnswerType::kDate);
  EXPECT_EQ(FindAnswerType(filler + " when", Language::kEn), AnswerType::kDate);
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
