// Package words lists common English words, for made-up text.
package words

import "strings"

// List is what made-up text consists of. It must not be changed.
var List = strings.Fields(`a able about above across after again all almost along also always among an and another any are area around as ask at
	away back balance base be became because become been before began behind being below best better between big both bring
	build but by call came can care carry case change city clear close cold come common complete could country course cover
	cross cut dark day deep did different direct do does done door down draw each early earth east easy end enough even ever
	every example eye face fact fall far fast few field figure final find fine fire first five follow food for form found four
	free from full gave general get give go gold good great green ground group grow had half hand happen hard has have he head
	hear heat help here high hold home hour house how hundred idea if in inch interest into is island it just keep kind king
	knew know land language large last late later lead learn leave left less let letter life light like line list little live
	long look love low made main make many map mark may mean measure men might mile mind minute money moon more morning most
	mountain move much music must name near need never new next night north note notice now number object of off often old on
	once one only open or order other our out over own page paper part pass pattern people perhaps picture piece place plain
	plan plant play point possible power press problem produce product question quick quite rain ran reach read ready real
	reason record remember rest right river road rock room round rule run said same saw say school science sea second see seem
	self sentence serve set several shape she ship short should show side simple since size sky slow small snow so some song
	soon sound south space special stand star start state stay step still stood story street strong study such sun sure surface
	system table take talk teach tell ten test than that the their them then there these they thing think this those though
	thought thousand three through time to together too took top toward town travel tree true try turn two under unit until up
	us use usual very voice wait walk want war warm was watch water way we week well went were west what wheel when where which
	while white whole why will wind with without word work world would write year yes yet you young`)
