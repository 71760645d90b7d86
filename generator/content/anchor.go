package content

// An Anchor keeps an address within a page that was published: Was is the id
// that a section or a building block had, Now the one that took its place; the
// top of the page where there is none. It holds in every language.
type Anchor struct {
	Was string `field:"was" rule:"required key"`
	Now string `field:"now" rule:"key"`
}
