#include "tests/generator/documents_23.h"

#include "base/hash.h"
#include "base/utf8.h"

namespace footnote {

const std::vector<Document23>& Documents23() {
  static const auto* const kDocuments = new std::vector<Document23>{
      {"ar",
       "المكتبة مبنى كبير في وسط المدينة. افتُتحت المكتبة عام 1923 بعد أعمال "
       "طويلة. يعمل فيها ثلاثون موظفاً كل يوم. مديرة المكتبة هي السيدة ليلى "
       "حداد.",
       "متى افتتحت المكتبة؟", "1923"},
      {"cs",
       "Knihovna je velká budova v centru města. Knihovna byla otevřena v roce "
       "1923 po dlouhých pracích. Pracuje v ní třicet lidí. Ředitelkou "
       "knihovny je paní Jana Dvořáková.",
       "Kdy byla knihovna otevřena?", "1923"},
      {"de",
       "Die Bücherei ist ein großes Gebäude in der Mitte der Stadt. Eröffnet "
       "wurde die Bücherei im Jahr 1923 nach langen Arbeiten. Dort arbeiten "
       "dreißig Leute. Leiterin der Bücherei ist Frau Jutta Groß.",
       "Wann wurde die Bücherei eröffnet?", "1923"},
      {"el",
       "Η βιβλιοθήκη είναι ένα μεγάλο κτίριο στο κέντρο της πόλης. Η "
       "βιβλιοθήκη "
       "άνοιξε το 1923 ύστερα από πολλές εργασίες. Σε αυτήν εργάζονται τριάντα "
       "άνθρωποι. Διευθύντρια είναι η κυρία Ελένη Παππά.",
       "Πότε άνοιξε η βιβλιοθήκη;", "1923"},
      {"en",
       "The library is a large building in the middle of the town. The library "
       "was opened in 1923 after long works. Thirty people work there. The "
       "library's head is Mrs Ann O’Brien.",
       "When was the library opened?", "1923"},
      {"es",
       "La biblioteca es un edificio grande en el centro de la ciudad. La "
       "biblioteca se inauguró en 1923 tras largas obras. Allí trabajan "
       "treinta "
       "personas. La directora es la señora Inés Muñoz.",
       "¿Cuándo se inauguró la biblioteca?", "1923"},
      // It breaks right-to-left lines anew each time.
      // clang-format off
      {"fa",
       "کتابخانه ساختمان بزرگی در مرکز شهر است. کتابخانه در سال ۱۹۲۳ پس از "
       "کارهای طولانی افتتاح شد. سی نفر در آن کار می‌کنند. "
       "مدیر کتابخانه خانم مریم احمدی است.",
       "کتابخانه چه زمانی افتتاح شد؟", "۱۹۲۳"},
      // clang-format on
      {"fr",
       "La bibliothèque est un grand bâtiment au milieu de la ville. La "
       "bibliothèque a été ouverte en 1923 après de longs travaux. Trente "
       "personnes y travaillent. La directrice est Mme Zoé Lefèvre.",
       "Quand la bibliothèque a-t-elle été ouverte ?", "1923"},
      {"he",
       "הספרייה היא בניין גדול במרכז העיר. הספרייה נפתחה בשנת 1923 לאחר עבודות "
       "ממושכות. עובדים בה שלושים איש. מנהלת הספרייה היא גברת רות לוי.",
       "מתי נפתחה הספרייה?", "1923"},
      {"hi",
       "पुस्तकालय शहर के बीच में एक बड़ी इमारत है। पुस्तकालय 1923 में लंबे काम के "
       "बाद खोला गया। वहाँ तीस लोग काम करते हैं। पुस्तकालय की प्रमुख श्रीमती मीरा वर्मा "
       "हैं।",
       "पुस्तकालय कब खोला गया?", "1923"},
      {"id",
       "Perpustakaan itu gedung besar di tengah kota. Perpustakaan dibuka pada "
       "tahun 1923 setelah pekerjaan panjang. Tiga puluh orang bekerja di "
       "sana. Kepala perpustakaan adalah Ibu Sari Wulandari.",
       "Kapan perpustakaan dibuka?", "1923"},
      {"it",
       "La biblioteca è un grande edificio nel centro della città. La "
       "biblioteca fu aperta nel 1923 dopo lunghi lavori. Ci lavorano trenta "
       "persone. La direttrice è la signora Nicolò.",
       "Quando fu aperta la biblioteca?", "1923"},
      {"ja",
       "図書館は町の中心にある大きな建物です。図書館は長い工事の後、1923年に開"
       "館"
       "しました。三十人がそこで働いています。館長は佐藤恵子さんです。",
       "図書館はいつ開館しましたか？", "1923年"},
      {"ko",
       "도서관은 도시 한가운데에 있는 큰 건물이다. 도서관은 오랜 공사 끝에 "
       "1923년에 개관하였다. 서른 명이 그곳에서 일한다. 관장은 김영희 씨이다.",
       "도서관은 언제 개관하였는가?", "1923년"},
      {"nl",
       "De bibliotheek is een groot gebouw midden in de stad. De bibliotheek "
       "werd in 1923 na lange werken geopend. Er werken dertig mensen. De "
       "directeur is mevrouw Noë.",
       "Wanneer werd de bibliotheek geopend?", "1923"},
      {"pl",
       "Biblioteka to duży budynek w środku miasta. Bibliotekę otwarto w 1923 "
       "roku po długich pracach. Pracuje w niej trzydzieści osób. Dyrektorką "
       "biblioteki jest pani Żaneta Łącka.",
       "Kiedy otwarto bibliotekę?", "1923"},
      {"pt",
       "A biblioteca é um grande edifício no meio da cidade. A biblioteca foi "
       "aberta em 1923 depois de longas obras. Lá trabalham trinta pessoas. A "
       "diretora é a senhora Conceição.",
       "Quando foi aberta a biblioteca?", "1923"},
      {"ro",
       "Biblioteca este o clădire mare din mijlocul orașului. Biblioteca a "
       "fost "
       "deschisă în 1923 după lucrări lungi. Acolo lucrează treizeci de "
       "oameni. Directoarea este doamna Țurcanu.",
       "Când a fost deschisă biblioteca?", "1923"},
      {"ru",
       "Библиотека — большое здание в центре города. Библиотека была открыта в "
       "1923 году после долгих работ. В ней работают тридцать человек. "
       "Директор библиотеки — госпожа Королёва.",
       "Когда была открыта библиотека?", "1923"},
      {"tr",
       "Kütüphane şehrin ortasında büyük bir yapıdır. Kütüphane uzun "
       "çalışmalardan sonra 1923 yılında açıldı. Orada otuz kişi çalışıyor. "
       "Kütüphanenin müdürü Işıl Hanım'dır.",
       "Kütüphane ne zaman açıldı?", "1923"},
      {"uk",
       "Бібліотека — велика будівля в центрі міста. Бібліотеку відкрили 1923 "
       "року після довгих робіт. У ній працює тридцять людей. Директорка "
       "бібліотеки — пані Їжакевич.",
       "Коли відкрили бібліотеку?", "1923"},
      {"vi",
       "Thư viện là một tòa nhà lớn ở giữa thành phố. Thư viện được mở cửa vào "
       "năm 1923 sau nhiều công việc. Ba mươi người làm việc ở đó. Giám đốc "
       "thư viện là bà Nguyễn Thị Hạnh.",
       "Thư viện được mở cửa khi nào?", "1923"},
      {"zh",
       "图书馆是市中心的一座大楼。图书馆经过长期施工，于1923年开放。三十个人在"
       "那里"
       "工作。馆长是王丽女士。",
       "图书馆是哪一年开放的？", "1923年"},
  };
  return *kDocuments;
}

v1::Passage MakePassage(const std::string& document, const std::string& text,
                        const std::string& language, int rank, uint64_t begin,
                        uint64_t begin_code_point) {
  v1::Passage passage;
  passage.mutable_source()->set_collection("test");
  passage.mutable_source()->set_document(document);
  passage.mutable_source()->set_version(1);
  passage.mutable_source()->set_sha256(Sha256("whole text of " + document));
  passage.mutable_span()->set_begin(begin);
  passage.mutable_span()->set_end(begin + text.size());
  passage.mutable_span()->set_begin_code_point(begin_code_point);
  passage.mutable_span()->set_end_code_point(begin_code_point +
                                             CountCodePoints(text));
  passage.set_text(text);
  passage.set_language(language);
  passage.mutable_score()->set_lexical(20.0 / rank);
  passage.mutable_score()->set_total(1.0 / rank);
  return passage;
}

}  // namespace footnote
