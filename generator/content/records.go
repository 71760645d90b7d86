package content

import "time"

// A Lesson is what practices taught, in a sentence.
type Lesson struct {
	ID          string      `field:"id" rule:"required id"`
	Source      string      `field:"source" rule:"tag"`
	Title       string      `field:"title" rule:"required T text max=200 nophone"`
	Summary     string      `field:"summary" rule:"required T text max=500"`
	Slug        string      `field:"slug" rule:"T slug"`
	Anchors     []Anchor    `field:"anchors"`
	Types       []string    `field:"types" rule:"required code=lesson-types min=1"`
	Practices   []string    `field:"practices" rule:"required ref=practice min=1"`
	Themes      []string    `field:"themes" rule:"code=themes"`
	Populations []string    `field:"populations" rule:"code=populations"`
	Countries   []string    `field:"countries" rule:"country"`
	Event       string      `field:"event" rule:"ref=event"`
	Sources     []Source    `field:"sources"`
	Date        time.Time   `field:"date" rule:"date"`
	Review      Signature   `field:"review" rule:"required"`
	Safety      Signature   `field:"safety" rule:"required"`
	License     string      `field:"license" rule:"license"`
	Withdrawn   *Withdrawal `field:"withdrawn"`
}

// A Message is a key advocacy message that practices back.
type Message struct {
	ID        string      `field:"id" rule:"required id"`
	Source    string      `field:"source" rule:"tag"`
	Title     string      `field:"title" rule:"required T text max=160 nophone"`
	Summary   string      `field:"summary" rule:"required T text max=500 nophone"`
	Slug      string      `field:"slug" rule:"T slug"`
	Anchors   []Anchor    `field:"anchors"`
	Audiences []string    `field:"audiences" rule:"required code=audiences min=1"`
	Themes    []string    `field:"themes" rule:"code=themes"`
	Practices []string    `field:"practices" rule:"required ref=practice min=1"`
	Lessons   []string    `field:"lessons" rule:"ref=lesson"`
	Countries []string    `field:"countries" rule:"country"`
	Event     string      `field:"event" rule:"ref=event"`
	UsedBy    []Use       `field:"used_by"`
	Date      time.Time   `field:"date" rule:"date"`
	Review    Signature   `field:"review" rule:"required"`
	Safety    Signature   `field:"safety" rule:"required"`
	License   string      `field:"license" rule:"license"`
	Withdrawn *Withdrawal `field:"withdrawn"`
}

// A Use tells who used a message.
type Use struct {
	Organization string    `field:"organization" rule:"required ref=organization"`
	Country      string    `field:"country" rule:"country"`
	Year         string    `field:"year" rule:"year"`
	Source       Reference `field:"source" rule:"required"`
}

// An Organization takes part in practices.
type Organization struct {
	ID             string      `field:"id" rule:"required id"`
	Source         string      `field:"source" rule:"tag"`
	Title          string      `field:"title" rule:"required text max=200"`
	TranslatedName string      `field:"translated_name" rule:"T text max=200"`
	Slug           string      `field:"slug" rule:"T slug"`
	Anchors        []Anchor    `field:"anchors"`
	Acronym        string      `field:"acronym" rule:"text max=30"`
	Kind           string      `field:"kind" rule:"required code=organization-kinds"`
	Country        string      `field:"country" rule:"country"`
	Website        string      `field:"website" rule:"url"`
	Summary        string      `field:"summary" rule:"required T text max=320"`
	Withdrawn      *Withdrawal `field:"withdrawn"`
}

// An Event is a workshop, a congress or the like.
type Event struct {
	ID           string        `field:"id" rule:"required id"`
	Title        string        `field:"title" rule:"required T text max=160"`
	Summary      string        `field:"summary" rule:"required T text max=600"`
	Slug         string        `field:"slug" rule:"T slug"`
	Anchors      []Anchor      `field:"anchors"`
	Kind         string        `field:"kind" rule:"required code=event-kinds"`
	Start        time.Time     `field:"start" rule:"required date"`
	End          time.Time     `field:"end" rule:"date"`
	City         string        `field:"city" rule:"text max=80"`
	Country      string        `field:"country" rule:"country"`
	Organizers   []string      `field:"organizers" rule:"ref=organization"`
	Countries    []string      `field:"countries" rule:"country"`
	Sectors      []string      `field:"sectors" rule:"code=sectors"`
	Themes       []string      `field:"themes" rule:"code=themes"`
	Participants *Participants `field:"participants"`
	Source       Reference     `field:"source"` // of its facts; an event is written in the site's default language
	Withdrawn    *Withdrawal   `field:"withdrawn"`
}

// Participants is a number of people and how exact it is.
type Participants struct {
	Number int    `field:"number" rule:"required number"`
	Bound  string `field:"bound" rule:"word=exact,about,over default=exact"`
}

// A Country of the network, with its law, its lead body and its help lines.
// Its id is its ISO 3166-1 code in lower case.
type Country struct {
	ID        string     `field:"id" rule:"required countryid"`
	Source    string     `field:"source" rule:"tag"`
	Title     string     `field:"title" rule:"required T text max=80"`
	Summary   string     `field:"summary" rule:"required T text max=600"`
	Slug      string     `field:"slug" rule:"T slug"`
	Anchors   []Anchor   `field:"anchors"`
	LeadBody  string     `field:"lead_body" rule:"ref=organization"`
	Law       *Law       `field:"law"`
	Languages []string   `field:"languages" rule:"tag"`
	Emergency *HelpLine  `field:"emergency"`
	HelpLines []HelpLine `field:"help_lines"`
}

// A HelpLine is a number that people can call. Who checked it, and when,
// decides how it is shown.
type HelpLine struct {
	Number     string    `field:"number" rule:"required text max=30"`
	Label      Local     `field:"label" rule:"max=120"`
	Channels   []string  `field:"channels" rule:"word=voice,whatsapp,sms,web"`
	Free       string    `field:"free" rule:"word=yes,no,unknown default=unknown"`
	Hours      Local     `field:"hours" rule:"max=120"`
	Languages  []string  `field:"languages" rule:"tag"`
	Operator   Party     `field:"operator"`
	Source     Reference `field:"source" rule:"required"`
	VerifiedOn time.Time `field:"verified_on" rule:"date"`
	Publish    bool      `field:"publish" rule:"flag default=true"`
}

// A Term is an entry of the glossary; its summary is the definition.
type Term struct {
	ID        string      `field:"id" rule:"required id"`
	Source    string      `field:"source" rule:"tag"`
	Title     string      `field:"title" rule:"required T text max=120"`
	Synonyms  []string    `field:"synonyms" rule:"T text max=120"`
	Avoid     []Avoid     `field:"avoid" rule:"T"`
	Summary   string      `field:"summary" rule:"required T text max=600"`
	Slug      string      `field:"slug" rule:"T slug"`
	Anchors   []Anchor    `field:"anchors"`
	Withdrawn *Withdrawal `field:"withdrawn"`
}

// Avoid is a word that the glossary advises against.
type Avoid struct {
	Term string `field:"term" rule:"required text max=120"`
	Why  string `field:"why" rule:"required text max=320"`
}

// A Static is a page of the site's own: the method, the help page.
type Static struct {
	ID      string   `field:"id" rule:"required id"`
	Source  string   `field:"source" rule:"tag"`
	Title   string   `field:"title" rule:"required T text max=120"`
	Summary string   `field:"summary" rule:"required T text max=320"`
	Slug    string   `field:"slug" rule:"T slug"`
	Anchors []Anchor `field:"anchors"`
	Menu    string   `field:"menu" rule:"word=main,footer,none default=none"`
	Order   int      `field:"order" rule:"number"`
}

// A Translation says how a translation was made and who read it.
type Translation struct {
	By       string    `field:"by" rule:"required word=human,machine,community"`
	Reviewed Signature `field:"reviewed" rule:"required"`
}

// translated has the keys that only a translation file has.
type translated struct {
	SourceHash  string      `field:"source_hash" rule:"required hash"`
	Translation Translation `field:"translation" rule:"required"`
}
