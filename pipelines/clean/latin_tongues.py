"""The rows of `tongues` for languages in Latin letters, and for what stands in all."""

from pipelines.clean.tongue import Tongue

LATIN: dict[str, Tongue] = {
    "und": Tongue(
        missing="^404$|error 404|404 error|404 not found|(404)|^404 |^error 404",
        privacy="cookie|gdpr",
    ),
    "en": Tongue(
        missing="page not found|page cannot be found|page could not be found|page can't be found|"
        "page couldn't be found|page was not found|page is not available|page isn't available|"
        "page unavailable|page you requested|page you are looking for|page you were looking for|"
        "page no longer available|page is no longer available|page no longer exists|"
        "page does not exist|page doesn't exist|page has been removed|page is missing|"
        "page missing|page is gone|story not found|story is no longer available|story unavailable|"
        "article not found|article is no longer available|article no longer available|"
        "article unavailable|article has been removed|file not found|content not found|"
        "content is no longer available|content unavailable|nothing found|nothing was found|"
        "we can't find|we couldn't find|cannot be found$|can't be found$|not found$|^oops|"
        "no longer available$",
        consent="privacy choices|privacy settings|privacy preferences|privacy center|"
        "privacy centre|your privacy|your data|your choices|cookie consent|cookie settings|"
        "cookie policy|cookie wall|cookie notice|cookie preferences|before you continue|"
        "we value your|we respect your|we care about your|consent",
        privacy="our partners|advertising partners|trusted partners|store and/or access|"
        "store and access information|on your device|on a device|accept all|reject all|"
        "agree and continue|agree and close|manage options|manage preferences|i accept|"
        "similar technologies|tracking|personalised ad|personalized ad|personalised content|"
        "personalized content|legitimate interest|withdraw your consent|privacy policy",
        login="log in|login|sign in|signin|please log in|please sign in|please login|register|"
        "subscribe|subscriber login|subscription|create an account|create account|"
        "create your account|create a free account",
        rest="for subscribers only|only for subscribers|available to subscribers|for subscribers$|"
        "is for subscribers|is exclusive to subscribers|reserved for subscribers|"
        "exclusively for subscribers|for our subscribers|for paid subscribers|for members only|"
        "subscriber-only|is for paying subscribers|for paying members|subscribe to read|"
        "subscribe now to read|subscribe to continue|subscribe now to continue|"
        "subscribe to keep reading|subscribe to unlock|to continue reading|to keep reading|"
        "to read the full|to read the rest|to read this article|to read this story|"
        "register to read|sign in to read|log in to read|sign up to read|unlock this article|"
        "unlock this story|unlock the full|full article is available|full story is available|"
        "you have reached your|you've reached your|you have read your|free articles left|"
        "rest of this article is|rest of this story is|premium subscribers",
        offer="already a subscriber|already a member|already have a subscription",
    ),
    "de": Tongue(
        missing="seite nicht gefunden|seite wurde nicht gefunden|seite konnte nicht gefunden|"
        "seite nicht verfugbar|seite existiert nicht|seite gibt es nicht|artikel nicht gefunden|"
        "inhalt nicht gefunden|nicht mehr verfugbar|nicht gefunden$|fehler 404",
        consent="datenschutzeinstellungen|datenschutz-einstellungen|ihre privatsphare|"
        "wir schatzen ihre|zustimmung|einwilligung|cookie-einstellungen|mit werbung weiterlesen|"
        "cookies zustimmen|privatsphare-einstellungen",
        privacy="unsere partner|unseren partnern|informationen auf einem gerat|auf ihrem gerat|"
        "alle akzeptieren|alles akzeptieren|alle ablehnen|zustimmen und weiter|"
        "personalisierte anzeigen|personalisierte werbung|berechtigtes interesse|"
        "einwilligung widerrufen|jederzeit widerrufen|datenschutzerklarung|"
        "einstellungen verwalten",
        login="anmelden|einloggen|anmeldung|jetzt anmelden|bitte anmelden|registrieren|"
        "abo abschliessen|jetzt abonnieren|login",
        rest="weiterlesen mit|jetzt weiterlesen|um weiterzulesen|registrieren und weiterlesen|"
        "fur abonnenten|nur fur abonnent|abo abschliessen und|mit abo lesen|mit einem abo|"
        "den ganzen artikel lesen|den vollstandigen artikel|diesen artikel weiterlesen|"
        "dieser artikel ist kostenpflichtig|exklusiv fur abonnent|lesen sie weiter mit|"
        "sie mochten weiterlesen",
        offer="bereits abonnent|schon abonnent|sie haben bereits ein abo",
    ),
    "fr": Tongue(
        missing="page introuvable|page non trouvee|page n'existe pas|page n'existe plus|"
        "article introuvable|contenu introuvable|page n'est plus disponible|"
        "page demandee|erreur 404|^introuvable$",
        consent="gestion des cookies|votre vie privee|vos donnees|respect de votre vie privee|"
        "parametres des cookies|consentement|avant de continuer",
        privacy="nos partenaires|stocker et/ou acceder|informations sur un terminal|"
        "tout accepter|accepter et fermer|tout refuser|continuer sans accepter|"
        "publicites personnalisees|publicite personnalisee|interet legitime|"
        "retirer votre consentement|politique de confidentialite|parametrer",
        login="connexion|se connecter|connectez-vous|identifiez-vous|s'identifier|"
        "creer un compte|creez votre compte|abonnez-vous|abonnement|s'abonner",
        rest="reserve aux abonnes|reserve a nos abonnes|reservee aux abonnes|il vous reste|"
        "la suite est reservee|pour lire la suite|abonnez-vous pour lire|pour continuer la lecture|"
        "connectez-vous pour lire|lire l'integralite|debloquez cet article|"
        "article reserve",
        offer="deja abonne",
    ),
    "es": Tongue(
        missing="pagina no encontrada|pagina no existe|pagina no disponible|"
        "no se ha encontrado la pagina|no se encontro la pagina|pagina que busca|"
        "pagina que buscas|no hemos encontrado|articulo no encontrado|"
        "contenido no disponible|no encontrada$|no encontrado$",
        consent="tu privacidad|su privacidad|consentimiento|configuracion de cookies|"
        "aviso de cookies|antes de continuar|politica de cookies",
        privacy="nuestros socios|almacenar o acceder|almacenar y/o acceder|en su dispositivo|"
        "en tu dispositivo|en un dispositivo|aceptar todo|aceptar y continuar|rechazar todo|"
        "publicidad personalizada|anuncios personalizados|interes legitimo|"
        "retirar su consentimiento|retirar tu consentimiento|politica de privacidad",
        login="iniciar sesion|inicia sesion|inicie sesion|acceder|registrate|registrese|"
        "crear una cuenta|crea tu cuenta|suscribete|suscripcion",
        rest="exclusivo para suscriptores|solo para suscriptores|exclusiva para suscriptores|"
        "para suscriptores|exclusivo para socios|suscribete para seguir|suscribete para leer|"
        "para seguir leyendo|para continuar leyendo|inicia sesion para seguir|"
        "registrate para seguir",
        offer="ya eres suscriptor|ya soy suscriptor|ya es suscriptor",
    ),
    "it": Tongue(
        missing="pagina non trovata|pagina non esiste|pagina non disponibile|"
        "pagina che cerchi|pagina che stai cercando|pagina richiesta|articolo non trovato|"
        "contenuto non disponibile|^non trovat",
        consent="la tua privacy|consenso|impostazioni dei cookie|preferenze sui cookie|"
        "informativa sui cookie|prima di continuare",
        privacy="i nostri partner|nostri partner|archiviare e/o accedere|archiviare informazioni|"
        "sul tuo dispositivo|su un dispositivo|accetta tutt|accetta e continua|rifiuta tutt|"
        "continua senza accettare|annunci personalizzati|pubblicita personalizzata|"
        "legittimo interesse|revocare il consenso|informativa sulla privacy",
        login="accedi|effettua l'accesso|registrati|crea un account|abbonati|abbonamento|login",
        rest="riservato agli abbonati|solo per abbonati|esclusivo per abbonati|"
        "abbonati per leggere|abbonati per continuare|per continuare a leggere|"
        "per leggere tutto|continua a leggere con|accedi per leggere",
        offer="sei gia abbonato|hai gia un abbonamento",
    ),
    "pt": Tongue(
        missing="pagina nao encontrada|pagina nao existe|pagina nao esta disponivel|"
        "pagina que voce procura|pagina que procura|nao foi encontrad|nao encontramos|"
        "conteudo nao encontrado|artigo nao encontrado|nao encontrad",
        consent="sua privacidade|a sua privacidade|consentimento|definicoes de cookies|"
        "politica de cookies|antes de continuar",
        privacy="nossos parceiros|os nossos parceiros|armazenar e/ou acessar|armazenar e/ou aceder|"
        "no seu dispositivo|num dispositivo|em um dispositivo|aceitar tudo|aceitar todos|"
        "aceitar e continuar|rejeitar tudo|recusar|anuncios personalizados|"
        "publicidade personalizada|interesse legitimo|retirar o consentimento|"
        "politica de privacidade",
        login="entrar|fazer login|faca login|faca seu login|iniciar sessao|inicie sessao|"
        "cadastre-se|criar conta|assine|assinatura|login",
        rest="exclusivo para assinantes|exclusivo para os assinantes|so para assinantes|"
        "apenas para assinantes|para assinantes|assine para continuar|assine para ler|"
        "para continuar lendo|para continuar a ler|faca login para continuar|"
        "cadastre-se para continuar",
        offer="ja e assinante|ja e subscritor",
    ),
    "nl": Tongue(
        missing="pagina niet gevonden|pagina bestaat niet|pagina kan niet worden gevonden|"
        "pagina die u zoekt|pagina die je zoekt|artikel niet gevonden|niet meer beschikbaar|"
        "^niet gevonden$",
        consent="privacyinstellingen|uw privacy|jouw privacy|cookie-instellingen|"
        "cookiemelding|toestemming|voordat je verdergaat|voordat u verdergaat",
        privacy="onze partners|informatie op een apparaat|op je apparaat|op uw apparaat|"
        "alles accepteren|alle cookies accepteren|akkoord en doorgaan|alles weigeren|"
        "gepersonaliseerde advertenties|gerechtvaardigd belang|toestemming intrekken|"
        "privacybeleid|privacyverklaring",
        login="inloggen|aanmelden|log in|registreren|account aanmaken|abonneren|"
        "neem een abonnement|abonnement",
        rest="alleen voor abonnees|exclusief voor abonnees|voor abonnees|om verder te lezen|"
        "verder lezen|lees verder met|log in om verder|neem een abonnement om|word abonnee en lees",
        offer="al abonnee|bent u al abonnee|ben je al abonnee",
    ),
    "sv": Tongue(
        missing="sidan kunde inte hittas|sidan hittades inte|sidan finns inte|"
        "sidan du soker|sidan kan inte hittas|artikeln hittades inte|hittades inte$|"
        "finns inte langre",
        consent="din integritet|dina val|samtycke|cookieinstallningar|installningar for cookies|"
        "innan du fortsatter",
        privacy="vara partner|information pa en enhet|pa din enhet|acceptera alla|"
        "godkann alla|godkann och fortsatt|avvisa alla|neka alla|anpassade annonser|"
        "personanpassade annonser|berattigat intresse|aterkalla ditt samtycke|"
        "integritetspolicy",
        login="logga in|skapa konto|registrera dig|prenumerera|bli prenumerant",
        rest="for prenumeranter|las vidare med|fortsatt lasa|for att lasa vidare|"
        "for att fortsatta lasa|logga in for att lasa|las hela artikeln|bli prenumerant for att",
    ),
    "da": Tongue(
        missing="siden blev ikke fundet|siden er ikke fundet|siden ikke fundet|"
        "siden kunne ikke findes|siden findes ikke|siden eksisterer ikke|"
        "artiklen blev ikke fundet|findes ikke længere",
        consent="dit privatliv|dine valg|samtykke|cookieindstillinger|før du fortsætter",
        privacy="vores partnere|oplysninger pa en enhed|pa din enhed|accepter alle|"
        "tillad alle|accepter og fortsæt|afvis alle|tilpassede annoncer|"
        "personlige annoncer|legitim interesse|trække dit samtykke|privatlivspolitik|"
        "cookiepolitik",
        login="log ind|opret konto|opret bruger|bliv abonnent|køb abonnement",
        rest="kun for abonnenter|for abonnenter|læs videre med|for at læse videre|"
        "fortsæt med at læse|log ind for at læse|læs hele artiklen|bliv abonnent og læs",
    ),
    "no": Tongue(
        missing="siden ble ikke funnet|fant ikke siden|siden finnes ikke|siden eksisterer ikke|"
        "siden du leter etter|artikkelen ble ikke funnet|finnes ikke lenger|^ikke funnet$",
        consent="ditt personvern|dine valg|samtykke|innstillinger for informasjonskapsler|"
        "før du fortsetter",
        privacy="vare partnere|informasjon pa en enhet|pa enheten din|godta alle|"
        "godta og fortsett|avvis alle|informasjonskapsler|tilpassede annonser|"
        "personlig tilpassede annonser|berettiget interesse|trekke samtykket|"
        "personvernerklæring",
        login="logg inn|opprett konto|registrer deg|bli abonnent|kjøp abonnement",
        rest="kun for abonnenter|for abonnenter|les videre med|for a lese videre|"
        "fortsett a lese|logg inn for a lese|les hele saken|bli abonnent og les",
    ),
    "fi": Tongue(
        missing="sivua ei loydy|sivua ei loytynyt|sivua ei ole|etsimaasi sivua|"
        "artikkelia ei loydy|ei loytynyt$",
        consent="yksityisyytesi|yksityisyysasetukset|evasteasetukset|suostumus|ennen kuin jatkat",
        privacy="kumppanimme|kumppaneidemme|tietoja laitteelle|laitteellesi|hyvaksy kaikki|"
        "hyvaksyn kaikki|hylkaa kaikki|evaste|kohdennettu mainonta|personoidut mainokset|"
        "oikeutettu etu|peruuttaa suostumuksesi|tietosuojaseloste|tietosuojakaytanto",
        login="kirjaudu|kirjaudu sisaan|luo tili|rekisteroidy|tilaa",
        rest="vain tilaajille|tilaajille$|jatka lukemista|lue koko juttu|jatkaaksesi lukemista|"
        "kirjaudu lukeaksesi|lue lisaa tilaamalla|tilaajana voit lukea",
    ),
    "pl": Tongue(
        missing="nie znaleziono strony|strony nie znaleziono|strona nie istnieje|"
        "strona nie została znaleziona|strona, ktorej szukasz|nie znaleziono$|"
        "artykuł nie istnieje|^nie znaleziono",
        consent="twoja prywatnosc|ustawienia prywatnosci|dbamy o twoja prywatnosc|"
        "szanujemy twoja prywatnosc|zgoda na|ustawienia cookie",
        privacy="nasi partnerzy|naszymi partnerami|nasi zaufani partnerzy|zaufanych partnerow|"
        "informacji na urzadzeniu|na twoim urzadzeniu|akceptuj wszystk|zaakceptuj wszystk|"
        "zgadzam sie|przejdz do serwisu|odrzuc wszystk|ciasteczk|spersonalizowane reklamy|"
        "spersonalizowanych reklam|uzasadniony interes|wycofac zgode|polityka prywatnosci|"
        "polityce prywatnosci",
        login="zaloguj|logowanie|zaloguj sie|zarejestruj|utworz konto|wykup dostep|prenumerata",
        rest="tylko dla prenumeratorow|dla prenumeratorow|dla subskrybentow|aby czytac dalej|"
        "czytaj dalej z|zaloguj sie, aby czytac|wykup dostep|kup dostep|"
        "pozostało do przeczytania|pozostała czesc artykułu|dalsza czesc artykułu",
    ),
    "cs": Tongue(
        missing="stranka nenalezena|stranka nebyla nalezena|stranka neexistuje|"
        "hledana stranka|clanek nebyl nalezen|nenalezena$|nenalezeno$",
        consent="vase soukromi|nastaveni soukromi|nastaveni cookies|souhlas s|"
        "nez budete pokracovat",
        privacy="nasi partneri|nasimi partnery|informace v zarizeni|ve vasem zarizeni|"
        "prijmout vse|souhlasim|odmitnout vse|personalizovane reklamy|personalizovana reklama|"
        "opravneny zajem|odvolat souhlas|zasady ochrany osobnich udaju",
        login="prihlaseni|prihlasit|prihlaste se|registrace|vytvorit ucet|predplatne",
        rest="jen pro predplatitele|pouze pro predplatitele|pro predplatitele|"
        "pokracovat ve cteni|chcete cist dal|pro pokracovani ve cteni|odemknout clanek|"
        "cely clanek si mohou precist|zbyva vam precist",
    ),
    "hu": Tongue(
        missing="az oldal nem talalhato|oldal nem talalhato|nem talalhato az oldal|"
        "a keresett oldal|az oldal nem letezik|a cikk nem talalhato|nem talalhato$",
        consent="az on adatai|adatvedelmi beallitasok|suti beallitasok|hozzajarulas|"
        "mielott folytatna|adatvedelme fontos",
        privacy="partnereink|az eszkozon|az eszkozen|osszes elfogadasa|mindet elfogadom|"
        "elfogadom|osszes elutasitasa|sutik|szemelyre szabott hirdetes|jogos erdek|"
        "hozzajarulasat visszavon|adatvedelmi szabalyzat|adatvedelmi tajekoztato",
        login="bejelentkezes|jelentkezz be|jelentkezzen be|belepes|regisztracio|elofizetes",
        rest="csak elofizetoknek|elofizetoink szamara|a cikk folytatasa|az olvasas folytatasahoz|"
        "a tovabbolvasashoz|a teljes cikk elolvasasahoz|fizessen elo|fizess elo",
    ),
    "ro": Tongue(
        missing="pagina nu a fost gasita|pagina nu exista|pagina negasita|"
        "pagina pe care o cautati|pagina cautata|articolul nu a fost gasit|nu a fost gasit",
        consent="confidentialitatea ta|confidentialitatea dvs|setari cookie|consimtamant|"
        "inainte de a continua|setari de confidentialitate",
        privacy="partenerii nostri|pe un dispozitiv|pe dispozitivul|accepta tot|accept toate|"
        "accepta toate|sunt de acord|respinge tot|reclame personalizate|publicitate personalizata|"
        "interes legitim|retrage consimtamantul|politica de confidentialitate",
        login="autentificare|autentifica-te|conectare|inregistrare|creeaza cont|creeaza un cont|"
        "aboneaza-te|abonament",
        rest="doar pentru abonati|exclusiv pentru abonati|rezervat abonatilor|"
        "pentru a citi in continuare|pentru a continua lectura|aboneaza-te pentru a citi|"
        "citeste integral cu",
    ),
    "tr": Tongue(
        missing="sayfa bulunamadı|aradıgınız sayfa|sayfa mevcut degil|boyle bir sayfa yok|"
        "haber bulunamadı|icerik bulunamadı|bulunamadı$",
        consent="gizliliginiz|gizlilik tercihleri|gizlilik ayarları|cerez ayarları|"
        "cerez politikası|acık rıza|devam etmeden once",
        privacy="is ortaklarımız|ortaklarımız|cihazınızda|bir cihazdaki|tumunu kabul et|"
        "hepsini kabul et|kabul ediyorum|tumunu reddet|cerez|kisisellestirilmis reklam|"
        "mesru menfaat|rızanızı geri|gizlilik politikası|aydınlatma metni",
        login="giris yap|uye girisi|oturum ac|uye ol|kayıt ol|abone ol|abonelik",
        rest="sadece aboneler|yalnızca abonelere|abonelere ozel|okumaya devam etmek icin|"
        "devamını okumak icin|haberin devamı aboneler|tamamını okumak icin",
    ),
    "vi": Tongue(
        missing="khong tim thay trang|trang khong ton tai|khong ton tai$|trang ban tim|"
        "trang ban yeu cau|khong tim thay bai viet|bai viet khong ton tai|khong tim thay$",
        consent="quyen rieng tu cua ban|cai dat quyen rieng tu|cai dat cookie|su đong y|"
        "truoc khi tiep tuc",
        privacy="cac đoi tac cua chung toi|đoi tac cua chung toi|tren thiet bi|"
        "chap nhan tat ca|đong y tat ca|toi đong y|tu choi tat ca|quang cao ca nhan hoa|"
        "quang cao đuoc ca nhan hoa|loi ich hop phap|rut lai su đong y|"
        "chinh sach bao mat|chinh sach quyen rieng tu",
        login="đang nhap|đang ky|tao tai khoan|đang ky thanh vien",
        rest="chi danh cho thanh vien|danh cho thue bao|danh cho đoc gia tra phi|"
        "đe đoc tiep|đe tiep tuc đoc|đang nhap đe đoc|đang ky đe đoc|đoc toan bo bai viet",
    ),
    "id": Tongue(
        missing="halaman tidak ditemukan|halaman tidak tersedia|halaman tidak ada|"
        "halaman yang anda cari|halaman yang anda minta|artikel tidak ditemukan|"
        "berita tidak ditemukan|tidak ditemukan$",
        consent="privasi anda|pengaturan privasi|pengaturan cookie|persetujuan|sebelum melanjutkan",
        privacy="mitra kami|di perangkat|perangkat anda|terima semua|setuju dan lanjutkan|"
        "saya setuju|tolak semua|iklan yang dipersonalisasi|iklan personal|"
        "kepentingan yang sah|menarik persetujuan|kebijakan privasi",
        login="masuk|login|daftar|buat akun|berlangganan|langganan",
        rest="khusus pelanggan|hanya untuk pelanggan|untuk pelanggan|untuk melanjutkan membaca|"
        "untuk membaca selengkapnya|berlangganan untuk membaca|masuk untuk membaca|"
        "baca artikel lengkap dengan",
    ),
}
