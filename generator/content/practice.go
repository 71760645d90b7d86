package content

import "time"

// A Practice is a local, national or regional initiative that was tested and
// applied.
type Practice struct {
	ID            string       `field:"id" rule:"required id"`
	Source        string       `field:"source" rule:"tag"`
	Title         string       `field:"title" rule:"required T text max=120 nophone"`
	Summary       string       `field:"summary" rule:"required T text max=320"`
	Slug          string       `field:"slug" rule:"T slug"`
	Anchors       []Anchor     `field:"anchors"`
	Countries     []string     `field:"countries" rule:"required country min=1"`
	Level         string       `field:"level" rule:"required code=levels"`
	Dimensions    []string     `field:"dimensions" rule:"required code=dimensions min=1"`
	Themes        []string     `field:"themes" rule:"required code=themes min=1"`
	Sectors       []string     `field:"sectors" rule:"required code=sectors min=1"`
	State         string       `field:"state" rule:"required code=states"`
	Evidence      string       `field:"evidence" rule:"required code=evidence"`
	Populations   []string     `field:"populations" rule:"code=populations"`
	Exploitation  []string     `field:"exploitation" rule:"code=exploitation"`
	Settings      []string     `field:"settings" rule:"code=settings"`
	Languages     []string     `field:"languages" rule:"tag"`
	Organizations []Membership `field:"organizations" rule:"required min=1 short=id"`
	Since         string       `field:"since" rule:"required since"`
	Until         string       `field:"until" rule:"since"`
	Results       []Result     `field:"results"`
	Sources       []Source     `field:"sources" rule:"required min=1"`
	Materials     []Material   `field:"materials"`
	Adoptions     []Adoption   `field:"adoptions"`
	LegalBasis    []Law        `field:"legal_basis"`
	Lessons       []string     `field:"lessons" rule:"ref=lesson"`
	Messages      []string     `field:"messages" rule:"ref=message"`
	Related       []string     `field:"related" rule:"ref=practice"`
	SDGs          []string     `field:"sdgs" rule:"sdg"`
	Event         string       `field:"event" rule:"ref=event"`
	Date          time.Time    `field:"date" rule:"date"`
	Review        Signature    `field:"review" rule:"required"`
	Safety        Signature    `field:"safety" rule:"required"`
	Consent       Signature    `field:"consent" rule:"required"`
	License       string       `field:"license" rule:"license"`
	Withdrawn     *Withdrawal  `field:"withdrawn"`
}

// A Membership is an organization's part in a practice.
type Membership struct {
	ID   string `field:"id" rule:"required ref=organization"`
	Role string `field:"role" rule:"code=roles default=lead"`
}

// A Result is a dated figure, with who counted it. Results of different
// countries are never compared.
type Result struct {
	Value     string    `field:"value" rule:"required text max=40"`
	Unit      Local     `field:"unit" rule:"required max=120"`
	CountedBy Party     `field:"counted_by" rule:"required"`
	Period    string    `field:"period" rule:"required text max=60"`
	Source    Reference `field:"source" rule:"required"`
	Note      Local     `field:"note" rule:"max=320"`
}

// A Material is something that others can use: a radio spot, a booklet.
type Material struct {
	Title    string `field:"title" rule:"required text max=200"`
	Kind     string `field:"kind" rule:"required text max=60"`
	Language string `field:"language" rule:"tag"`
	License  string `field:"license" rule:"license"`
	URL      string `field:"url" rule:"url"`
}

// An Adoption tells that a country took a practice up, came to learn it, or
// might.
type Adoption struct {
	From         string    `field:"from" rule:"country"`
	Country      string    `field:"country" rule:"required country"`
	Organization string    `field:"organization" rule:"ref=organization"`
	Year         string    `field:"year" rule:"year"`
	Kind         string    `field:"kind" rule:"required code=adoption-kinds"`
	Blocks       []string  `field:"blocks" rule:"key"`
	Changed      Local     `field:"changed" rule:"max=400"`
	Result       Local     `field:"result" rule:"max=320"`
	Source       Reference `field:"source"`
}

// The labels of a practice.
const (
	Good        = "good"
	Promising   = "promising"
	Unconfirmed = "unconfirmed"
)

// Label returns [Good] when safety is signed, the state is confirmed, at least
// two dimensions and one result are given and somebody at least monitors it;
// [Unconfirmed] when its state is so; else [Promising].
func (p *Practice) Label() string {
	switch {
	case p.State == Unconfirmed:
		return Unconfirmed
	case !p.Safety.Pending && len(p.Dimensions) >= 2 && len(p.Results) > 0 && p.Evidence != "self-reported":
		return Good
	}
	return Promising
}
