#include "text/compounds.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "text/fold.h"

namespace footnote {
namespace {

constexpr size_t kShortestWord = 7;
constexpr size_t kLongestWord = 60;
constexpr size_t kShortestRest = 4;
constexpr size_t kMaxParts = 3;

// Nouns (and a few stems of verbs and adjectives) that German and Dutch
// build most of their compounds with, in natural spelling. Ambiguous short ones
// ("ei", "ort", "art" as an ending) are left out.
constexpr char kGermanNouns[] =
    "abend abfall abteilung abwehr acker adel adresse aktie akte alter amt "
    "analyse anbau anfang angebot angst anlage anstalt antrag anwalt anzeige "
    "apparat arbeit arbeiter archiv arm armee arzt atom aufgabe aufnahme auge "
    "ausgabe ausgang ausland auto autor bad bahn bahnhof ball band bank basis "
    "bau bauer baum beamte becken bedarf bein berg bericht beruf besitz "
    "betrieb bett bevölkerung beweis bewegung beziehung bibliothek bier bild "
    "bildung blatt block blume blut boden bogen boot brand brett brief brot "
    "bruch brücke bruder buch buchstabe bühne bund bundes burg büro bürger "
    "bürgermeister butter chef chemie christ computer dach dampf datei daten "
    "datenbank dauer decke denkmal dichte dichter dieb dienst ding direktor "
    "doktor dorf draht druck ebene ecke ehe ehre ei eigentum eimer einheit "
    "einkommen eis eisen eisenbahn energie ende engel entwicklung erbe erde "
    "erfolg ergebnis ernte erz erziehung essen fabrik fach faden fahne fahrer "
    "fahrrad fahrt fahrzeug fall familie farbe fass feder fehler feier feld "
    "fenster fest festung fett feuer feuerwehr figur film finanz firma fisch "
    "flagge flasche fleisch fliege flotte flug flughafen flugzeug fluss form "
    "forscher forschung frage frau freiheit freund friede frieden frist frucht "
    "führer führung funktion fürst fuß fußball gabe gang garten gas gast "
    "gattung gebäude gebiet gebirge geburt geburts gedicht gefahr gefängnis "
    "gegend gegner geheim gehirn geist geld gemeinde gemeinschaft gemüse gerät "
    "gericht geschichte geschäft geschwindigkeit gesellschaft gesetz gesicht "
    "gespräch gesundheit gewalt gewehr gewerbe gewicht gewinn gewässer glas "
    "glaube gleichung gold gott grab graben grad graf grenze grippe größe "
    "grund gruppe güter haar hafen hälfte halle hals halt hammer hand handel "
    "händler handlung haupt haus haushalt haut heer heim held hemd herr "
    "herrschaft herz herzog hilfe himmel hof höhe höhle holz hose hotel hügel "
    "hund hunger hut industrie information ingenieur insel institut jagd jahr "
    "jahrhundert jahrzehnt jugend junge kabel kaffee kaiser kalender kammer "
    "kampf kanal kanone kanzler kapitän karte käse kasse kassen katze kauf "
    "keller kern kette kind kinder kino kirche klage klasse kleid klima "
    "kloster "
    "knochen koch kohle komponist kommission konferenz könig königs kongress "
    "konto kontrolle konzern konzert kopf körper kosten kraft kraftwerk "
    "krankenhaus krankheit kranz kreis kreuz krieg kriegs krise krone küche "
    "kuchen kugel kultur kunde kunst künstler kurs kurve küste laden lager "
    "lampe "
    "land landes landschaft landwirtschaft länge lauf leben lebens leder lehre "
    "lehrer leib leiche leistung leiter leitung leser licht liebe lied linie "
    "liga liste literatur loch lohn luft luftwaffe macht mädchen magen maler "
    "malerei mann mannschaft mantel markt marke maschine maß masse material "
    "mauer medizin meer mehl mehrheit meister meisterschaft menge mensch "
    "menschen messe messer metall meter miete milch militär minister "
    "ministerium "
    "minute mischung mitglied mittel mittelalter möbel mode modell monat mond "
    "moor moral mord motor mühle müll mund museum musik musiker muskel mutter "
    "nacht nadel nagel name nase nation natur nerven netz netzwerk niederlage "
    "norm not note nummer oberfläche ofen offizier ohr öl oper opfer orchester "
    "ordnung organ orgel paar palast papier papst park parlament partei "
    "partner "
    "pass patent pest pfad pferd pflanze pflicht pfund physik plan planet "
    "platte "
    "platz politik politiker polizei post präsident praxis preis presse "
    "priester "
    "prinz prinzip probe problem produkt produktion professor programm projekt "
    "prozent prozess prüfung puls punkt quelle rad rahmen rand rang rat "
    "rathaus "
    "raub raum rebe recht rechts rede regal regel regen regierung regierungs "
    "region reich reichs reihe reise reiter rennen rente republik rest "
    "revolution "
    "richter richtung ring rohr rolle roman rose rücken ruf ruhe sache sack "
    "saal "
    "saft salz sammlung sand sänger satz säule säure schaden schatten schatz "
    "schau schauspieler scheibe schein schicht schiff schild schlacht schlag "
    "schlange schlauch schloss schlüssel schmerz schmuck schnee schnitt "
    "schrank "
    "schraube schrift schriftsteller schritt schuh schuld schule schüler "
    "schutz "
    "schwein schwester schwimm schwert see seele segel sehen seide seil seite "
    "sekunde sekretär sender serie setzung sicherheit sicherheits sicht sieg "
    "siedlung silber sinn sitz sitzung software sohn soldat sommer sonne sorge "
    "spalte spannung speicher speise sperre spiegel spiel spieler spitze sport "
    "sportler sprache sprung spur staat staats stadion stadt stahl stamm stand "
    "stange stärke start station statue staub stein stelle stellung stern "
    "steuer "
    "stiftung stil stimme stoff stolz stor strafe strahl strahlung straße "
    "strecke "
    "streifen streit strom struktur stück student studie studium stufe stuhl "
    "stunde sturm suche süd system tabelle tafel tag tages tal tank tasche "
    "tasse "
    "tat täter tausch technik technologie tee teil teilchen tempel temperatur "
    "test text theater theorie tier tiere tiefe tisch titel tochter tod todes "
    "ton topf tor torte tour tradition trainer traum treffen treppe treue "
    "trieb "
    "trink truppe truppen tuch tunnel tür turm turnier übung ufer uhr umwelt "
    "unfall union universität unternehmen unterricht urkunde urlaub ursache "
    "urteil vater verband verbindung verbrauch verbrechen verein verfahren "
    "verfassung verfassungs verhältnis verkauf verkehr verkehrs verlag verlust "
    "vermögen vers versammlung versicherung versicherungs versorgung vertrag "
    "vertrags verwaltung verwaltungs verzeichnis vieh vogel volk volks vorrat "
    "waffe wagen wahl währung wald wand wandel ware wäsche wasser weg wehr "
    "weihnachts wein weise weite welle welt werbung werk werkstatt werkzeug "
    "wert "
    "wesen wetter wettbewerb wetter wind winter wirkung wirtschaft wirtschafts "
    "wissen wissenschaft wissenschaftler woche wohnung wolf wolke wolle wort "
    "wörter wunde wunder wunsch würde würfel wurst wurzel wüste zahl zahn "
    "zauber "
    "zeche zehn zeichen zeichnung zeit zeitalter zeitraum zeitschrift zeitung "
    "zelle zelt zentrale zentrum zeug zeuge ziel ziegel zimmer zins zoll zone "
    "zoo zucht zucker zug zukunft zunge zustand zweck zweig zwiebel haft "
    "paket kern konfiguration rechner server treiber anwendung benutzer "
    "kennwort passwort schnittstelle verwalter umgebung befehl zeile fenster "
    "ordner laufwerk festplatte gruppen";

constexpr char kDutchNouns[] =
    "aarde aardappel achter adres afdeling afval akker aandeel aanval ambt "
    "ambtenaar appel arbeid arbeider arm arts auto avond bad bak bal band bank "
    "bed bedrijf bedrijfs been beest beeld begin beleid beleids berg bericht "
    "bestand bestands bestuur bestuurs beurs beweging bezit bier biblio "
    "bibliotheek bijdrage blad bloed bloem bodem boek boeken boer bom boom "
    "boot "
    "bord borst bos brand brief broek broer brood brug buis bureau burger "
    "burgemeester bus buurt cel centrum cijfer club commissie computer concert "
    "controle crisis dag dagen dak dame dans deel deur dek dienst dier dieren "
    "ding "
    "directeur dochter dood doos dorp draad droom druk duif duin duur "
    "echtgenoot "
    "eenheid eeuw eiland einde energie erf erts eten fabriek familie feest "
    "fiets "
    "film fles formulier fort foto functie gang gas gast gebied gebouw gebruik "
    "gebruiker gebruikers geboorte gedicht geest geheugen geld geloof gemeente "
    "gemeenschap generaal gerecht geschiedenis gevaar gevangenis geweer geweld "
    "gewicht gezicht gezin gezondheid glas god goed golf goud graaf graan "
    "gracht "
    "grens groente grond groep groot haar haven hand handel handels handelaar "
    "hart haven heer heil held hemel hert hertog hobby hoek hof hond hoofd "
    "hoogte "
    "hotel hout huid huis huizen huishoud huur idee ijs ijzer industrie "
    "informatie "
    "ingang inkomen instelling instituut jaar jacht jeugd jongen kaart kaas "
    "kabel "
    "kamer kamp kampioen kampioenschap kanaal kans kant kantoor kapitein kast "
    "kasteel kat kazerne keizer kelder kennis kerk kerken keten keuken keuze "
    "kind "
    "kinder klacht klas klasse kleding kleur klimaat klooster klok knop koe "
    "koffie "
    "koning konings koninkrijk kool kop koper kosten kracht krant kring kruis "
    "kunst kunstenaar kust kwaliteit laag lamp land lands landbouw landschap "
    "last "
    "leer leger leider leiding lengte leraar leven levens lichaam lichaams "
    "licht "
    "lid lied liefde lijn lijst lijsten lint literatuur logboek loket loon "
    "loop "
    "lucht luchthaven maand maan maat maatschappij maatregel macht man map "
    "markt "
    "massa materiaal meer meester meisje melk mens mensen merk meter middel "
    "midden middeleeuwen milieu minister ministerie minuut moeder molen moment "
    "mond moord motor munt museum muur muziek naam nacht naam natuur net "
    "netwerk "
    "neus nieuws noord norm nummer oever offensief officier olie onderdeel "
    "onderhoud onderwijs onderzoek onderzoeks oog oorlog oorlogs oost opdracht "
    "operatie oppervlakte opslag orde orgel orkest oven overheid overheids "
    "overwinning paard paarden pad pagina pakket paleis papier park parlement "
    "partij pas patroon paus pen plaats plan planeet plant planten plein ploeg "
    "poging pols politie politiek poort post prijs priester prins proces "
    "product "
    "productie programma programmatuur project punt raad raam rand recht "
    "rechter "
    "rechts reeks regel regels regen regering regerings reis reizen republiek "
    "resultaat richting ridder rij ring rivier roman rug ruimte "
    "samenleving "
    "schaal schade schaduw schap schijf schilder schilderij schip schepen "
    "scherm "
    "school scholen schoen schrift schrijver schuld seizoen ski slag slot "
    "sleutel "
    "sneeuw snelheid soldaat soort speelgoed spel speler spelers spiegel spoor "
    "spoorweg sport spraak sprong staat staats stad stads stadion stam stand "
    "standaard station steen stelling stelsel stem ster sterren stichting "
    "stijl "
    "stoel stof stoom storm straal straat strand strijd stroom structuur "
    "student "
    "studie stuk systeem taal tafel tak tand tank team techniek teken tekst "
    "televisie temperatuur tempel theater thee tijd tijdperk tijdschrift titel "
    "tocht toegang toegangs toestand toestel ton toneel toren tor tour traan "
    "trap "
    "trein troepen troon tuin tunnel uitgang uitgave uitslag universiteit uur "
    "vader "
    "vak vakantie val veiligheid veiligheids veld venster verband verbinding "
    "verdrag vereniging vergadering verhaal verkeer verkeers verkiezing "
    "verkiezings vermogen vers verzekering verzekerings vest vesting vierkant "
    "vijand vis vlag vlak vlees vleugel vliegtuig vliegveld vloer vloot "
    "voedsel "
    "voet voetbal vogel volk volks voorraad vorm vorst vraag vrede vriend "
    "vrijheid "
    "vrouw vrouwen vrucht vuur waarde wacht wachtwoord wagen wand wapen water "
    "wedstrijd weer weg wegen wereld werk werker werking werktuig west wet "
    "wetenschap wetenschapper wiel wijk wijn wijze wind winkel winst winter "
    "wolf "
    "wolk woning woord woorden woud zaak zaal zand zee zeil zeep zeil zicht "
    "ziekenhuis ziekte ziel zijde zilver zin zoon zomer zon zone zorg zout "
    "zuid "
    "zwaard zwem";

struct Lexicon {
  Lexicon(const char* nouns, const char* joints) {
    for (absl::string_view noun : absl::StrSplit(nouns, ' ')) {
      std::string bare = Fold(noun, Language::kDe);
      if (bare.size() < 3) continue;
      longest = std::max(longest, bare.size());
      words.insert(std::move(bare));
    }
    for (absl::string_view joint : absl::StrSplit(joints, ' ')) {
      links.push_back(joint);
    }
  }

  absl::flat_hash_set<std::string> words;
  size_t longest = 0;
  // Letters between parts, longest first.
  std::vector<absl::string_view> links;
};

const Lexicon& LexiconOf(Compounds compounds) {
  static const Lexicon* const german =
      new Lexicon(kGermanNouns, "ens es en er s n e");
  static const Lexicon* const dutch = new Lexicon(kDutchNouns, "en s e");
  return compounds == Compounds::kGerman ? *german : *dutch;
}

bool HasVowel(absl::string_view word) {
  return word.find_first_of("aeiouy") != absl::string_view::npos;
}

bool CouldBeWord(absl::string_view word) {
  return word.size() >= kShortestRest && HasVowel(word);
}

// `word` without the linking letters at its end, when a listed noun is left.
absl::string_view WithoutLink(const Lexicon& lexicon, absl::string_view word) {
  if (word.size() > 4 && word.back() == 's') {
    // Both "Versicherung" and "Versicherungs" are listed: the noun wins.
    const absl::string_view noun = word.substr(0, word.size() - 1);
    if (lexicon.words.contains(noun)) return noun;
  }
  if (lexicon.words.contains(word)) return word;
  for (absl::string_view link : lexicon.links) {
    if (word.size() <= link.size() + 2) continue;
    if (word.substr(word.size() - link.size()) != link) continue;
    const absl::string_view noun = word.substr(0, word.size() - link.size());
    if (lexicon.words.contains(noun)) return noun;
  }
  return absl::string_view();
}

// The ending of a listed noun may be inflected: "türen", "rechte".
size_t HeadBegin(const Lexicon& lexicon, absl::string_view word) {
  const size_t most = std::min(word.size() - 3, lexicon.longest + 2);
  for (size_t bytes = most; bytes >= 3; --bytes) {
    const absl::string_view head = word.substr(word.size() - bytes);
    if (lexicon.words.contains(head)) return word.size() - bytes;
    if (bytes > 4) {
      for (absl::string_view ending : {"es", "en", "er", "s", "n", "e"}) {
        if (bytes < ending.size() + 4) continue;
        if (head.substr(bytes - ending.size()) != ending) continue;
        if (lexicon.words.contains(head.substr(0, bytes - ending.size()))) {
          return word.size() - bytes;
        }
      }
    }
  }
  return 0;
}

void Split(const Lexicon& lexicon, absl::string_view word,
           std::vector<absl::string_view>* parts) {
  if (word.size() < kShortestWord || parts->size() + 1 >= kMaxParts) {
    parts->push_back(word);
    return;
  }
  // By its head first: what a compound is stands at its end.
  const size_t head = HeadBegin(lexicon, word);
  if (head >= 3) {
    const absl::string_view before = word.substr(0, head);
    absl::string_view modifier = WithoutLink(lexicon, before);
    if (modifier.empty() && CouldBeWord(before)) {
      modifier = before;
      if (before.size() > kShortestRest + 1 && before.back() == 's') {
        modifier.remove_suffix(1);
      }
    }
    if (!modifier.empty()) {
      if (lexicon.words.contains(modifier)) {
        parts->push_back(modifier);
      } else {
        Split(lexicon, modifier, parts);
      }
      if (parts->size() < kMaxParts) parts->push_back(word.substr(head));
      return;
    }
  }
  // By its modifier: a listed noun of four letters and more at the begin.
  const size_t most = std::min(word.size() - kShortestRest, lexicon.longest);
  for (size_t bytes = most; bytes >= 4; --bytes) {
    if (!lexicon.words.contains(word.substr(0, bytes))) continue;
    absl::string_view rest = word.substr(bytes);
    if (rest.size() > kShortestRest + 1 && rest[0] == 's') {
      rest.remove_prefix(1);
    }
    if (rest.size() < kShortestRest + 1 || !HasVowel(rest)) continue;
    parts->push_back(word.substr(0, bytes));
    parts->push_back(rest);
    return;
  }
  parts->push_back(word);
}

}  // namespace

void SplitCompound(Compounds compounds, absl::string_view word,
                   std::vector<absl::string_view>* parts) {
  if (compounds == Compounds::kNone || word.size() < kShortestWord ||
      word.size() > kLongestWord) {
    return;
  }
  const Lexicon& lexicon = LexiconOf(compounds);
  if (lexicon.words.contains(word)) return;
  const size_t before = parts->size();
  Split(lexicon, word, parts);
  if (parts->size() == before + 1) parts->resize(before);
}

}  // namespace footnote
