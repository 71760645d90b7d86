package content

import "reflect"

// A Kind is a kind of record.
type Kind struct {
	Name     string    // as written by "new" and in references: practice
	Folder   string    // below content/: practices; also its key in the address words
	Sections []Section // the fixed headings of its body, in order
	shape    *shape
	record   reflect.Type
}

// A Section is a heading that every record of a kind has under the same id.
type Section struct {
	ID       string
	Required bool
}

// The kinds of record.
var (
	PracticeKind = kind[Practice]("practice", "practices",
		Section{"context", false}, Section{"actions", true}, Section{"results", true},
		Section{"limits", true}, Section{"participation", true}, Section{"rights", true},
		Section{"blocks", false}, Section{"adapt", true}, Section{"questions", false})
	LessonKind       = kind[Lesson]("lesson", "lessons", Section{"do", true}, Section{"avoid", true})
	MessageKind      = kind[Message]("message", "messages")
	OrganizationKind = kind[Organization]("organization", "organizations")
	EventKind        = kind[Event]("event", "events")
	CountryKind      = kind[Country]("country", "countries")
	TermKind         = kind[Term]("term", "glossary")
	PageKind         = kind[Static]("page", "pages")
)

// Kinds are all kinds, in the order in which the site shows them.
var Kinds = []*Kind{PracticeKind, LessonKind, MessageKind, OrganizationKind, EventKind, CountryKind, TermKind, PageKind}

func kind[T any](name, folder string, sections ...Section) *Kind {
	t := reflect.TypeFor[T]()
	return &Kind{Name: name, Folder: folder, Sections: sections, shape: shapeOf(t), record: t}
}

// Fields returns the rules of the kind's front matter in table order. The
// fields are shared and must not be changed.
func (k *Kind) Fields() []Field { return k.shape.fields }

// KindNamed returns the kind of that name, or nil.
func KindNamed(name string) *Kind {
	for _, k := range Kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}

func kindOfFolder(folder string) *Kind {
	for _, k := range Kinds {
		if k.Folder == folder {
			return k
		}
	}
	return nil
}

// Taxonomies are the vocabularies whose codes have pages of their own, by
// their key in the address words.
var Taxonomies = []string{"dimensions", "themes", "populations", "sectors", "levels", "evidence"}
