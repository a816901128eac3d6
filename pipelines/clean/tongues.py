"""What pages say in place of an article, a row a language: errors, consent, log-in, pay.

The phrases are parts of a line, parted by "|" and looked for after `phrases.fold` (no case, no
accents, so these may be left out here); "^" and "$" stand for the beginning and the end of the line
or of a title's part. A page is held against all rows, for what it says of its own language is often
wrong. The row "und" is what stands on pages of any language.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language's phrases.

    Attributes:
        missing: titles and first lines of error pages.
        consent: titles of consent pages.
        privacy: text of consent pages; several of them make one, numbers in them are left out.
        login: titles of pages for logging in or subscribing.
        rest: lines that say that the rest of this text is for subscribers.
        offer: lines of a box that offers a subscription, on whole articles too.
    """

    missing: str
    consent: str = ""
    privacy: str = ""
    login: str = ""
    rest: str = ""
    offer: str = ""


TONGUES: dict[str, Tongue] = {
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
    "el": Tongue(
        missing="η σελιδα δεν βρεθηκε|δεν βρεθηκε η σελιδα|η σελιδα δεν υπαρχει|"
        "σελιδα που ζητησατε|το αρθρο δεν βρεθηκε|δεν βρεθηκε$",
        consent="το απορρητο σας|ρυθμισεις απορρητου|ρυθμισεις cookies|συγκαταθεση|"
        "πριν συνεχισετε|σεβομαστε την ιδιωτικοτητα",
        privacy="οι συνεργατες μας|συνεργατες μας|σε μια συσκευη|στη συσκευη σας|"
        "αποδοχη ολων|αποδεχομαι|απορριψη ολων|εξατομικευμενες διαφημισεις|"
        "εννομο συμφερον|ανακαλεσετε τη συγκαταθεση|πολιτικη απορρητου",
        login="συνδεση|συνδεθειτε|εγγραφη|δημιουργια λογαριασμου|συνδρομη",
        rest="μονο για συνδρομητες|αποκλειστικα για συνδρομητες|για συνδρομητες|"
        "για να συνεχισετε την αναγνωση|για να διαβασετε ολοκληρο|γινετε συνδρομητης",
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
    "ru": Tongue(
        missing="страница не найдена|страницы не существует|страница не существует|"
        "страница удалена|запрашиваемая страница|материал не найден|статья не найдена|"
        "^не найден",
        consent="ваша конфиденциальность|настройки конфиденциальности|настройки файлов cookie|"
        "согласие на|прежде чем продолжить",
        privacy="наши партнеры|нашими партнерами|на вашем устройстве|на устройстве|принять все|"
        "я согласен|отклонить все|файлы cookie|персонализированная реклама|"
        "персонализированную рекламу|законный интерес|отозвать согласие|"
        "политика конфиденциальности|политикой конфиденциальности|персональных данных",
        login="войти|вход|авторизация|войдите|регистрация|создать аккаунт|подписка|"
        "оформить подписку",
        rest="только для подписчиков|доступно подписчикам|доступен подписчикам|для подписчиков|"
        "чтобы прочитать полностью|чтобы читать дальше|чтобы продолжить чтение|"
        "оформите подписку|полный текст доступен|войдите, чтобы прочитать",
        offer="уже подписаны",
    ),
    "uk": Tongue(
        missing="сторінку не знайдено|сторінка не знайдена|сторінка не існує|"
        "сторінки не існує|запитувана сторінка|статтю не знайдено|матеріал не знайдено|"
        "^не знайдено",
        consent="ваша конфіденційність|налаштування конфіденційності|"
        "налаштування файлів cookie|згода на|перш ніж продовжити",
        privacy="наші партнери|нашими партнерами|на вашому пристрої|на пристрої|прийняти всі|"
        "прийняти все|погоджуюсь|відхилити всі|файли cookie|персоналізована реклама|"
        "персоналізовану рекламу|законний інтерес|відкликати згоду|"
        "політика конфіденційності|політикою конфіденційності|персональних даних",
        login="увійти|вхід|авторизація|увійдіть|реєстрація|створити акаунт|підписка|"
        "оформити передплату",
        rest="лише для передплатників|тільки для передплатників|для передплатників|"
        "для підписників|щоб читати далі|щоб прочитати повністю|щоб продовжити читання|"
        "оформіть передплату|повний текст доступний",
    ),
    "ar": Tongue(
        missing="الصفحة غير موجودة|لم يتم العثور على الصفحة|الصفحة المطلوبة|الصفحة التي تبحث عنها|"
        "عذرا، الصفحة|المقال غير موجود|المحتوى غير متوفر|غير موجودة$",
        consent="خصوصيتك|إعدادات الخصوصية|إعدادات ملفات تعريف الارتباط|الموافقة على|قبل المتابعة",
        privacy="شركاؤنا|شركائنا|على جهازك|على الجهاز|قبول الكل|أوافق|رفض الكل|"
        "ملفات تعريف الارتباط|إعلانات مخصصة|الإعلانات المخصصة|المصلحة المشروعة|"
        "سحب موافقتك|سياسة الخصوصية",
        login="تسجيل الدخول|سجل الدخول|تسجيل دخول|إنشاء حساب|التسجيل|اشترك",
        rest="للمشتركين فقط|حصري للمشتركين|حصريا للمشتركين|خاص بالمشتركين|لمتابعة القراءة|"
        "لمواصلة القراءة|لإكمال القراءة|اشترك لقراءة|سجل الدخول لمتابعة|لقراءة المقال كاملا",
    ),
    "he": Tongue(
        missing="הדף לא נמצא|העמוד לא נמצא|הדף שחיפשת|העמוד שחיפשת|העמוד אינו קיים|"
        "הדף המבוקש|הכתבה לא נמצאה|לא נמצא$",
        consent="הפרטיות שלך|הגדרות פרטיות|הגדרות עוגיות|הסכמה ל|לפני שממשיכים",
        privacy="השותפים שלנו|במכשיר שלך|על המכשיר|קבל הכל|אישור הכל|אני מסכים|דחה הכל|"
        "עוגיות|פרסום מותאם אישית|מודעות מותאמות|אינטרס לגיטימי|לבטל את ההסכמה|"
        "מדיניות הפרטיות|מדיניות פרטיות",
        login="התחברות|כניסה|התחבר|הרשמה|יצירת חשבון|הצטרפו למנויים|מינוי",
        rest="למנויים בלבד|בלעדי למנויים|למנויי האתר|כדי להמשיך לקרוא|להמשך קריאה|"
        "לקריאת הכתבה המלאה|הצטרפו כמנויים|התחברו כדי לקרוא",
    ),
    "fa": Tongue(
        missing="صفحه یافت نشد|صفحه پیدا نشد|صفحه مورد نظر|صفحه‌ مورد نظر|"
        "چنین صفحه‌ای وجود ندارد|مطلب یافت نشد|یافت نشد$",
        consent="حریم خصوصی شما|تنظیمات حریم خصوصی|تنظیمات کوکی|رضایت شما|پیش از ادامه",
        privacy="شرکای ما|روی دستگاه شما|در دستگاه شما|پذیرش همه|موافقم|رد همه|کوکی|"
        "تبلیغات شخصی|منافع مشروع|پس گرفتن رضایت|سیاست حفظ حریم خصوصی|سیاست حریم خصوصی",
        login="ورود|وارد شوید|ثبت نام|ثبت‌نام|ایجاد حساب|اشتراک",
        rest="فقط برای مشترکان|ویژه مشترکان|مخصوص مشترکان|برای ادامه مطالعه|"
        "برای خواندن ادامه|برای خواندن متن کامل|ادامه مطلب برای مشترکان",
    ),
    "hi": Tongue(
        missing="पेज नहीं मिला|पृष्ठ नहीं मिला|पन्ना नहीं मिला|पेज उपलब्ध नहीं|"
        "पेज मौजूद नहीं|आप जिस पेज को|खबर नहीं मिली|नहीं मिला$",
        consent="आपकी गोपनीयता|गोपनीयता सेटिंग|कुकी सेटिंग|सहमति|जारी रखने से पहले",
        privacy="हमारे पार्टनर|हमारे भागीदार|हमारे साझेदार|आपके डिवाइस|डिवाइस पर|सभी स्वीकार|"
        "स्वीकार करें|सभी अस्वीकार|कुकी|व्यक्तिगत विज्ञापन|वैध हित|सहमति वापस|गोपनीयता नीति",
        login="लॉग इन|लॉगिन|साइन इन|रजिस्टर|खाता बनाएं|सब्सक्राइब|सदस्यता",
        rest="केवल सब्सक्राइबर|सिर्फ सब्सक्राइबर|केवल सदस्यों के लिए|सब्सक्राइबर्स के लिए|"
        "आगे पढ़ने के लिए|पूरी खबर पढ़ने के लिए|पूरा लेख पढ़ने के लिए|पढ़ना जारी रखने के लिए",
    ),
    "bn": Tongue(
        missing="পৃষ্ঠা পাওয়া যায়নি|পাতা পাওয়া যায়নি|পাতাটি পাওয়া যায়নি|"
        "পৃষ্ঠাটি পাওয়া যায়নি|পেজটি পাওয়া যায়নি|পাতাটি নেই|পাওয়া যায়নি$",
        consent="আপনার গোপনীয়তা|গোপনীয়তা সেটিংস|কুকি সেটিংস|সম্মতি|চালিয়ে যাওয়ার আগে",
        privacy="আমাদের অংশীদার|আমাদের পার্টনার|আপনার ডিভাইসে|ডিভাইসে|সব গ্রহণ|সকল গ্রহণ|"
        "সম্মত|সব প্রত্যাখ্যান|কুকি|ব্যক্তিগতকৃত বিজ্ঞাপন|বৈধ স্বার্থ|সম্মতি প্রত্যাহার|"
        "গোপনীয়তা নীতি",
        login="লগ ইন|লগইন|সাইন ইন|নিবন্ধন|অ্যাকাউন্ট তৈরি|সাবস্ক্রাইব",
        rest="শুধু গ্রাহকদের জন্য|শুধুমাত্র গ্রাহকদের|গ্রাহকদের জন্য|পড়া চালিয়ে যেতে|"
        "সম্পূর্ণ পড়তে|পুরো প্রতিবেদন পড়তে|পুরোটা পড়তে",
    ),
    "th": Tongue(
        missing="ไม่พบหน้า|ไม่พบหน้าที่|ไม่พบเพจ|หน้าที่คุณต้องการ|หน้าที่คุณค้นหา|ไม่พบข้อมูล|ไม่พบบทความ|ไม่มีหน้านี้",
        consent="ความเป็นส่วนตัวของคุณ|การตั้งค่าความเป็นส่วนตัว|การตั้งค่าคุกกี้|ความยินยอม|ก่อนดำเนินการต่อ",
        privacy="พันธมิตรของเรา|พาร์ทเนอร์ของเรา|บนอุปกรณ์|อุปกรณ์ของคุณ|ยอมรับทั้งหมด|ยอมรับ|"
        "ปฏิเสธทั้งหมด|คุกกี้|โฆษณาที่ปรับให้เหมาะ|โฆษณาเฉพาะบุคคล|ประโยชน์โดยชอบ|"
        "ถอนความยินยอม|นโยบายความเป็นส่วนตัว|นโยบายคุกกี้",
        login="เข้าสู่ระบบ|ลงชื่อเข้าใช้|สมัครสมาชิก|ลงทะเบียน|สร้างบัญชี",
        rest="เฉพาะสมาชิก|สำหรับสมาชิก|เพื่ออ่านต่อ|เพื่ออ่านบทความเต็ม|สมัครสมาชิกเพื่ออ่าน|เข้าสู่ระบบเพื่ออ่าน",
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
    "ja": Tongue(
        missing="ページが見つかりません|ページが見つかりませんでした|お探しのページ|"
        "ページは存在しません|ページは削除|記事が見つかりません|記事は削除|"
        "指定されたページ|掲載期間が終了",
        consent="プライバシー設定|cookieの設定|クッキーの設定|同意の|プライバシーの選択|"
        "続行する前に",
        privacy="パートナー企業|当社のパートナー|デバイス上|お使いのデバイス|デバイスに保存|"
        "すべて許可|すべて同意|すべて受け入れる|同意して続行|すべて拒否|クッキー|"
        "パーソナライズされた広告|正当な利益|同意を撤回|プライバシーポリシー",
        login="ログイン|サインイン|会員登録|新規登録|購読申し込み|会員ログイン",
        rest="会員限定|有料会員|有料記事|この記事は会員|続きを読むには|全文を読むには|"
        "続きは有料|ログインして続きを|残り文字|会員登録すると続き|購読すると",
        offer="会員の方はこちら|すでに会員の方",
    ),
    "ko": Tongue(
        missing="페이지를 찾을 수 없|페이지가 존재하지|존재하지 않는 페이지|요청하신 페이지|"
        "삭제된 기사|기사를 찾을 수 없|존재하지 않는 기사|삭제되었거나",
        consent="개인정보 설정|개인정보 보호 설정|쿠키 설정|동의 관리|계속하기 전에",
        privacy="파트너사|당사의 파트너|기기에 저장|기기에서|모두 수락|모두 동의|모두 허용|"
        "동의하고 계속|모두 거부|쿠키|맞춤형 광고|개인 맞춤 광고|정당한 이익|동의를 철회|"
        "개인정보 처리방침|개인정보처리방침",
        login="로그인|회원가입|회원 가입|구독하기|구독 신청",
        rest="구독자 전용|회원 전용|유료 회원|유료회원|유료 기사|계속 읽으려면|이어서 읽으려면|"
        "전문을 보시려면|전문을 읽으려면|로그인하면 전체|구독하시면",
    ),
    "zh": Tongue(
        missing="页面不存在|页面未找到|找不到页面|找不到该页|找不到此页|页面已删除|您访问的页面|"
        "你访问的页面|文章不存在|内容已删除|頁面不存在|找不到頁面|找不到此頁|找不到該頁|"
        "找不到網頁|您訪問的頁面|您查詢的頁面|網頁不存在|網頁已移除|文章已刪除|此頁面無法",
        consent="您的隐私|隐私设置|隐私选择|您的隱私|隱私設定|隱私選擇|cookie 设置|cookie设置|"
        "cookie 設定|cookie設定|在您继续之前|在繼續之前",
        privacy="合作伙伴|合作夥伴|您的设备|您的設備|您的裝置|设备上|裝置上|接受所有|全部接受|"
        "同意并继续|同意並繼續|拒绝所有|全部拒绝|全部拒絕|个性化广告|個人化廣告|正当利益|"
        "合法權益|合法利益|撤回同意|撤銷同意|隐私政策|隱私政策|隱私權政策",
        login="登录|登錄|登入|注册|註冊|用户登录|會員登入|订阅|訂閱",
        rest="订阅后阅读|订阅后可|仅限订阅|仅限会员|会员专享|付费阅读|继续阅读请|登录后阅读|"
        "阅读全文请|订阅阅读全文|剩余内容|訂閱後閱讀|僅限訂戶|僅限會員|會員專享|會員限定|"
        "付費閱讀|訂閱以繼續|登入後閱讀|繼續閱讀請|閱讀全文請|訂戶限定|剩餘內容",
        offer="已经是订户|已是会员|已是訂戶",
    ),
}
