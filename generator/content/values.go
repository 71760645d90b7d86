package content

import "time"

// A Signature is what a person in a role signed, or pending.
type Signature struct {
	Pending bool
	On      time.Time `field:"on" rule:"required date"`
	Due     time.Time `field:"due" rule:"date"`
	By      string    `field:"by" rule:"required text max=80"` // a role, never a name
}

// A Source is where a fact comes from.
type Source struct {
	ID        string `field:"id" rule:"required key"`
	Title     string `field:"title" rule:"required text max=300"`
	Publisher string `field:"publisher" rule:"text max=160"`
	Year      string `field:"year" rule:"required sourceyear"`
	URL       string `field:"url" rule:"url"`
	Language  string `field:"language" rule:"tag"`
	Link      bool   `field:"link" rule:"flag default=true"` // false: the page names people or a shelter, so it has no address here
}

// A Citation is a source given in place, where the record has no list of
// sources.
type Citation struct {
	Title     string `field:"title" rule:"required text max=300"`
	Publisher string `field:"publisher" rule:"text max=160"`
	Year      string `field:"year" rule:"required sourceyear"`
	URL       string `field:"url" rule:"url"`
}

// A Reference points to the source of a fact: by the id of one of the record's
// sources, or as a citation in place.
type Reference struct {
	ID       string
	Citation *Citation
}

// A Party is who counted or who answers: an organization by its id, or a text
// by language.
type Party struct {
	Organization string
	Text         Local
}

// A Law is a legal basis.
type Law struct {
	Title  string `field:"title" rule:"required text max=300"`
	Number string `field:"number" rule:"text max=80"`
	Year   string `field:"year" rule:"year"`
	URL    string `field:"url" rule:"url"`
}

// A Withdrawal says when and why a record left the site.
type Withdrawal struct {
	On     time.Time `field:"on" rule:"required date"`
	Reason string    `field:"reason" rule:"required code=withdrawal-reasons"`
}

// Addresses are the words of kinds and taxonomies in addresses: word by
// language by kind.
type Addresses map[string]Local
