package site

import (
	"html/template"
	"time"

	"acervo/generator/layout"
)

// The views: what each layout may show, and nothing else. Addresses are paths
// from the host's root, ready for an href; absolute ones are named URL. A Text
// whose Lang is not empty is in another language than the page.

// Frame is what every page has around its main part.
type Frame struct {
	Lang, Dir    string
	SiteTitle    string
	Title        string // of the page, without the site's
	Summary      string // one sentence, for search engines and previews; may be empty
	Kind         string // of the layout: practice, list, home …
	Root         string // the site's base path, "/" or "/repo/"
	Home         string
	Canonical    string // URL
	NoIndex      bool
	Alternates   []Alternate // empty where the page exists once
	Languages    []LanguageLink
	Feed         string
	Header       layout.Fragment // mark, search, language-independent part of the menu; the same on every page of a language
	Footer       layout.Fragment
	Menu         []Link // the lists of the kinds and the pages with menu: main
	FooterMenu   []Link
	Help         string
	Exit         string
	Search       string // the page; empty for none
	Translations string // the page of all translations
	Downloads    string // the page of all downloads
	Offline      string // the page about copies for offline reading; empty where there are none
	OfflineSize  int64  // about how large the language's copy is, in bytes
	Keeper       string // the script that keeps copies
	Finder       string // the script that searches
	FinderErrors string // what only a misspelt word needs of it
	FinderPhrase string // what only phrases need of it, and Han and kana
	FinderPage   string // what only the search page needs of it
	Index        string // the folder of the language's search index
	Policy       string // Content-Security-Policy
	Icon         string // for the browser's tab
	Styles       string
	ExitScript   string
	Script       string
	JSONLD       any   // nil, or what json.Marshal makes of it
	Copy         *Copy // of a portable copy; else nil
}

// Copy is what a page of a portable copy tells of its age.
type Copy struct {
	Date time.Time // of the commit; zero where there is none
	URL  string    // of the public site
}

// Alternate is a page in another language, for machines.
type Alternate struct{ Lang, URL string }

// LanguageLink is an entry of the language switcher.
type LanguageLink struct {
	Tag, Name, Dir, Address string
	Current                 bool
	Fallback                bool // the page exists there only as a notice with the source text
}

// Text is a text with its language where that is not the page's.
type Text struct{ Text, Lang, Dir string }

// Link is an address with its words.
type Link struct {
	Text
	Address string
	Markup  layout.Fragment // the link as layout "partials/link" makes it, where it is on many pages; else empty
}

// Term is a code of a vocabulary as it is shown.
type Term struct {
	Link
	Code        string
	Description Text
	Count       int
	Members     []Term
}

// Notice is one calm line about the state of a page.
type Notice struct {
	Kind     string // fallback, outdated, confirm, unreviewed, pending-safety, pending-review, pending-consent, unconfirmed, withdrawn
	Text     string
	Link     string // address, may be empty
	LinkText string
	Changes  []SourceChange // what changed in the original since
}

// SourceChange is a part of an original that changed after a translation was
// made.
type SourceChange struct {
	Part   string // title, summary or section
	Title  Text   // of the section
	Pieces []Piece
}

// Piece is a run of words in a comparison of two texts.
type Piece struct {
	Kind string // same, gone, new
	Text string
}

// HistoryItem is a change of a record.
type HistoryItem struct {
	Date     time.Time
	Language string
	Changes  []string // sentences, the first letter small
	URL      string   // of the file as the repository shows it at that commit; may be empty
}

// Card is a record in a list.
type Card struct {
	Link
	Kind       string // practice, lesson …
	Summary    Text
	Countries  []string // names
	Level      string
	Dimensions []Term
	Label      Label
	Date       time.Time // zero where unknown
}

// Label is the label of a practice: good, promising or unconfirmed.
type Label struct{ Code, Text, Meaning string }

// Article is what all records show.
type Article struct {
	Frame
	Text       Text // the language of the text where it is not the page's: Lang and Dir only
	Notices    []Notice
	Published  time.Time // zero where unknown
	Changed    time.Time
	Permanent  string // URL
	Edit       string // URL, may be empty
	Report     string // mailto:
	License    Link
	Citation   string // a reference to copy
	State      Translation
	Reviewed   time.Time     // of the record; zero while the review is pending
	Due        time.Time     // when the record should be reviewed again; zero while pending
	Unreviewed bool          // the review is pending
	History    []HistoryItem // newest first
	HistoryURL string        // of the repository's own history; empty where History has all
	Withdrawn  bool
}

// Translation is the state of the page's text.
type Translation struct {
	Code     string    // original, current, outdated, confirm, missing
	By       string    // human, machine, community; empty for the original
	Reviewed time.Time // zero while pending
	Reviewer string
	Source   Link // the original
}

// Section is a part of a text under its heading.
type Section struct {
	ID, Title string
	HTML      template.HTML
	Headings  []Heading // H3
	Was       []string  // ids that it had before
}

// Heading is a heading inside a section.
type Heading struct{ ID, Title string }

// SourceItem is an entry of the list of sources.
type SourceItem struct {
	Number    int
	ID        string
	Title     string
	Lang      string
	Publisher string
	Year      string // empty for n.d.
	URL       string // empty where it must not be linked
	Unlinked  bool
	Cites     []string // ids of the places that cite it
}

// ResultItem is a figure with who counted it.
type ResultItem struct {
	Value     string
	Unit      Text
	CountedBy Link // Address may be empty
	Period    string
	Note      Text
	Source    SourceItem
}

// OrganizationItem is an organization's part in a practice.
type OrganizationItem struct {
	Link
	Acronym, Role string
}

// AdoptionItem is an adoption of a practice.
type AdoptionItem struct {
	From, Country Link
	Organization  Link
	Kind          string // code
	KindText      string
	Year          string
	Changed       Text
	Result        Text
	Blocks        []Link
	Source        SourceItem
}

// LawItem is a legal basis.
type LawItem struct{ Title, Number, Year, URL, Lang string }

// MaterialItem is something to use.
type MaterialItem struct {
	Title, Kind, Language, License, URL string
	Lang                                string // the tag of Language, for hreflang; may be empty
}

// PracticeView is the layout "practice".
type PracticeView struct {
	Article
	Heading                                              Text // title
	Lead                                                 Text // summary
	Countries                                            []Link
	Level                                                Term
	Dimensions                                           []Term
	Label                                                Label
	Evidence                                             Term
	State                                                Term // of the practice; Article.State is the translation's
	Themes, Sectors, Populations, Exploitation, Settings []Term
	WorkLanguages                                        []string
	Since, Until                                         string
	Organizations                                        []OrganizationItem
	Results                                              []ResultItem
	Intro                                                template.HTML
	Sections                                             []Section
	Sources                                              []SourceItem
	Materials                                            []MaterialItem
	Adoptions                                            []AdoptionItem
	Laws                                                 []LawItem
	SDGs                                                 []string
	Event                                                Link
	Lessons, Messages, Related                           CardGroup
}

// RecordView is the layouts "lesson", "message", "organization", "event",
// "term" and "page".
type RecordView struct {
	Article
	Heading        Text
	Lead           Text
	Intro          template.HTML
	Sections       []Section
	Sources        []SourceItem
	Facts          []Fact      // the sheet
	Groups         []CardGroup // back links and links, by kind
	Synonyms       []string
	Avoid          []AvoidItem
	Website        string // URL
	TranslatedName Text
	Lines          []CountryLines // help page only
}

// AvoidItem is a word to avoid.
type AvoidItem struct{ Term, Why string }

// Fact is a line of the sheet: links, or a text.
type Fact struct {
	Key   string // message key of its name: sheet.<key>
	Links []Link
	Text  string
	Date  time.Time
}

// CardGroup is a heading with cards.
type CardGroup struct {
	Key   string // message key of its heading: group.<key>
	Cards []layout.Fragment
	More  []Link // to what has no card here
}

// CountryLines are the help lines of a country.
type CountryLines struct {
	Country   Link
	Emergency *LineItem
	Lines     []LineItem
}

// LineItem is a help line as its source gives it.
type LineItem struct {
	Number    string
	Dial      string // digits and + only
	Label     Text
	Channels  []string // message keys: channel.<code>
	Free      string   // yes, no, unknown
	Hours     Text
	Languages []string
	Operator  Link
	Source    SourceItem
	Verified  time.Time // zero: nobody of the network has verified it
	Callable  bool      // a script may make a button of the number
}

// CountryView is the layout "country".
type CountryView struct {
	Article
	Heading, Lead Text
	Intro         template.HTML
	Sections      []Section
	LeadBody      Link
	Law           *LawItem
	WorkLanguages []string
	Lines         CountryLines
	Groups        []CardGroup
}

// ListView is the layout "list": all records of a kind, of a term of a
// taxonomy, or one page of them.
type ListView struct {
	Frame
	Heading        string
	Eyebrow        Link // the taxonomy, for a term's page
	Lead           Text
	Symbol         string // code of a dimension, for its shape; else empty
	Count          int
	Groups         []CardGroup
	Narrow         []TermGroup // ways to go on
	Page, Pages    int
	Previous, Next string
}

// TermGroup is a taxonomy with its terms.
type TermGroup struct {
	Key     string // message key: taxonomy.<key>
	Address string
	Terms   []Term
}

// TaxonomyView is the layout "taxonomy": all terms of one.
type TaxonomyView struct {
	Frame
	Heading string
	Key     string
	Terms   []Term
	Groups  []Term // entries with members
}

// GlossaryView is the layout "glossary".
type GlossaryView struct {
	Frame
	Heading string
	Letters []Letter
}

// Letter is a letter of the glossary with its terms.
type Letter struct {
	Letter string
	Terms  []GlossaryItem
}

// GlossaryItem is a term with its definition.
type GlossaryItem struct {
	Link
	Definition Text
	Synonyms   []string
}

// HomeView is the layout "home".
type HomeView struct {
	Frame
	Heading          string
	Dimensions       []Term
	Newest           []layout.Fragment
	Kinds            []Term      // the lists with their counts; Code is practices, lessons, messages …
	Matrix           []MatrixRow // one for each of Countries, in the same order
	Message          Link
	MessagePractices []Link
	Themes           []Term
	Populations      []Term
}

// MatrixRow is a country with its practices by dimension.
type MatrixRow struct {
	Country Link
	Cells   []Term // one for each dimension, in the order of Dimensions; Count may be 0
}

// SearchView is the layout "search".
type SearchView struct {
	Frame
	Heading string
	Lists   []Link      // the lists of the kinds
	Ways    []TermGroup // the taxonomies
}

// OfflineView is the layout "offline".
type OfflineView struct {
	Frame
	Heading string
	Copies  []OfflineCopy // of all languages, that of the page first
}

// OfflineCopy is a language that can be kept.
type OfflineCopy struct {
	Tag, Name, Dir string
	Segment        string // its folder below "offline/"
	Size           int64  // about, in bytes
	Home           string
	App            string // address of its web application manifest
	Current        bool   // the page's own language
}

// DownloadsView is the layout "downloads".
type DownloadsView struct {
	Frame
	Heading    string
	Groups     []DownloadGroup // empty where there is nothing to download
	Here       bool            // there is something in the page's language
	Example    string          // name of the first file
	Repository string          // "owner/name" on GitHub, where files are attested; may be empty
}

// DownloadGroup are the files of a language, or of all.
type DownloadGroup struct {
	Tag, Name, Dir string // empty for all languages
	Files          []DownloadItem
}

// DownloadItem is a file to download.
type DownloadItem struct {
	Kind, File, Address, SHA256 string
	Bytes                       int64
	Date                        time.Time // of the commit that it was made from
}

// ChooseView is the layouts "choose" (the root), "permanent" (/p/<id>/) and
// "notfound": a page without a language of its own.
type ChooseView struct {
	Frame
	Choices []Choice
	ID      string // of a permanent address
	URL     string // the permanent address
}

// Choice is a language with the words of the page in it.
type Choice struct {
	LanguageLink
	Title  Text
	Help   string
	Words  layout.Words
	Reason string // of a withdrawal
}

// TranslationsView is the layout "translations": every record with the state
// of its texts, or one page of them.
type TranslationsView struct {
	Frame
	Heading        string
	Columns        []TranslationColumn
	Groups         []TranslationGroup
	Page, Pages    int
	Previous, Next string
}

// TranslationColumn is a language with the number of its texts.
type TranslationColumn struct {
	Tag, Name, Dir string
	Current, All   int // how many are up to date, of how many
}

// TranslationGroup is a kind with its records.
type TranslationGroup struct {
	Key  string // message key: kinds.<key>
	Rows []TranslationRow
}

// TranslationRow is a record with its texts in the order of the languages.
type TranslationRow struct {
	Record Link
	Cells  []TranslationCell
}

// TranslationCell is the state of a text and where to change it.
type TranslationCell struct {
	Translation
	Language string
	Address  string // of the page; empty for none
	Edit     string // URL, may be empty
}

// TombstoneView is the layout "tombstone": a record that was withdrawn.
type TombstoneView struct {
	Frame
	ID      string    // empty where no record is known
	On      time.Time // zero where unknown
	Choices []Choice
}

// RedirectView is the layout "redirect".
type RedirectView struct {
	Frame
	Target string // URL
}
