package site

import "time"

// The views of the chapters of a book. Addresses in them are those of the
// site; the book resolves them.

// BookTitleView is the layout "book-title".
type BookTitleView struct {
	Title, Summary string
	Date           time.Time // of the commit; zero where there is none
	Version        string    // of the commit; may be empty
	License        Link
	Address        string // URL of the site in the book's language
}

// BookListView is the layout "book-list": links under headings, and the
// records that are too short for a chapter of their own.
type BookListView struct {
	Heading, Lead string
	Groups        []BookGroup
	Records       []BookRecordView
}

// BookGroup is a list of links under a heading, which may be a link too.
type BookGroup struct {
	ID      string // may be empty
	Heading Link   // its text may be empty
	Items   []BookItem
}

// BookItem is a link of a list with what tells it from others.
type BookItem struct {
	Link
	Notes   []string
	Summary Text // may be empty
}

// BookPracticeView is the layout "book-practice".
type BookPracticeView struct {
	PracticeView
	Links []BookGroup
}

// BookCountryView is the layout "book-country".
type BookCountryView struct {
	CountryView
	Links []BookGroup
}

// BookRecordView is the layout "book-record": the records of all other kinds,
// and the help page.
type BookRecordView struct {
	RecordView
	ID      string // in the chapter that it shares with others; else empty
	Eyebrow string
	Date    time.Time // of the numbers on the help page
	Links   []BookGroup
}
