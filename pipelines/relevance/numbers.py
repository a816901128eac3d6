"""The numbers that judge, each with its reason.

All were measured by ``tests/bench/following.py`` on four sets of real and of recorded articles at
once; none is set for a single one of them. MAP below is mean average precision.
"""

#: A word is known by its first letters: "hacker" is hackers, hacker's; "sancti" is sanctions,
#: sanctioned. Six letters do better than whole words or stemmers, in Spanish as in English.
PREFIX_LETTERS = 6

#: The headline says what an article is about: its words count as often as this.
TITLE_COUNTS = 2.0

#: Share of words in capitals from which a headline is set In Title Case and its capitals say
#: nothing.
TITLE_CASE_SHARE = 0.6

#: A word written with a capital inside a sentence is mostly a name, and names are what tells one
#: incident from the next. Raises MAP from .781 to .795 (long crises, one seed), from .949 to .979
#: (three seeds) and from .735 to .843 (Spanish); above 2 short incidents lose.
NAME_FACTOR = 2.0

#: A word that opens a sentence and is at least so rare has its capital for being part of a name.
RARE_OPENING = 2.0

#: A name in a script that parts no words ("索尔维航运") counts as its words would in another,
#: and its pairs beside it: on invented streams in Chinese, Japanese and Korean F1 rises from .65 to
#: .77 (seeds alone), MAP from .84 to .91.
UNSPACED_NAME_FACTOR = 2.0

#: Two words of such a script, or two characters that no listed word holds, belong together where
#: their meeting is at least so rare; they are a name from these rarities on. Korean syllables are
#: few, so that chance brings them together more often; there a name must come twice.
JOINT_RARITY = 2.5
UNSPACED_NAME_RARITY = 6.5
HANGUL_NAME_RARITY = 4.5

#: A character that is so common as a word of its own stands beside names, not in them (的, 在, 人);
#: a Korean syllable from twice the share on.
WEAK_SHARE = 10**-2.8
HANGUL_ENDING_SHARE = 10**-2.5

#: A pair of characters that stands in no word but where two meet is kept for aliases of two
#: characters, and counts so much.
LOOSE_FACTOR = 0.1

#: What no list knows is a name, in languages that have no capitals.
CASELESS_NAME_RARITY = 7.0

#: A number with the word beside it ("18 September", "27 years") tells days, ages and tolls apart.
NUMBER_FACTOR = 0.5

#: A year stands in about one article of seven.
YEAR_RARITY = 2.0

#: A name of several words counts beside its words; more than this would count them twice.
PHRASE_FACTOR = 0.5

#: How much the second, third ... occurrence of a word adds: 1 + 0.8 ln(count). A full logarithm
#: lets "Sony" alone carry a notice of thirty words.
REPEAT_FACTOR = 0.8

#: Weights of a profile are flattened by this power, so that an article must share more than the one
#: or two heaviest words. Lower is better for short articles (0.5), higher for long crises (1.0).
FLATTEN_POWER = 0.8

#: Length of the article, in words, for which word frequencies are turned into the chance that a
#: word occurs in it. Long ones make common words weigh less.
BACKGROUND_WORDS = 1000

#: No word counts as rarer than one article in two thousand: beyond, it is a slip of the pen.
RAREST_SHARE = 5e-4

#: Words in at least a third of all articles say nothing and are left out.
LEAST_RARITY = 1.1

#: A snippet of thirty words is divided by the length of a text of about eighty: what it does not
#: say cannot be held for it. In units of the vector's norm.
LEAST_NORM = 33.0

#: A derived term adds no more than this to a score: "Sony" alone, in thirty words about patents, is
#: no follow-up of the attack on Sony. Lower loses stories that hang on one name.
MOST_OF_A_TERM = 0.13

#: The length of an article's weights: three of four reports of 500 words have less. The median of
#: those of 240 words is 67, of 700 words 113.
USUAL_LENGTH = 107.0

#: Terms kept in a profile; more change no figure in the third digit.
MOST_TERMS = 200

#: Lighter terms are left out.
LEAST_WEIGHT = 0.001

#: Follow-ups score about half of what seeds score among themselves: the report of today shares
#: less with the seeds than two seeds of one day do. Threshold = BASE + SHARE * the weakest seed's
#: score against the others, and never under LEAST.
THRESHOLD_BASE = 0.04
THRESHOLD_SHARE = 0.5
LEAST_THRESHOLD = 0.1
#: Seeds that are copies of each other say nothing of what follows.
MOST_THRESHOLD = 0.35

#: With one seed there is nothing to compare. Short incidents would do best at .22, long crises at
#: .08: this loses least of both.
LONE_THRESHOLD = 0.14

#: From this share of the threshold an article is kept apart for review.
CANDIDATE_SHARE = 0.6

#: Reasons shown of one judgement; none under this share of the threshold for review, where an
#: article and an incident have but everyday words in common.
MOST_REASONS = 12
EXPLAINED_SHARE = 0.2

#: Learning along a stream. An article teaches when its score is this many times the threshold;
#: what it teaches must stand in so many of the accepted; what is learned grows to its full weight
#: beside the own terms with so many; only the latest accepted are kept, for the story moves on.
TEACHING_MARGIN = 1.25
LEAST_TEACHERS = 3
FULL_TEACHERS = 10
MOST_EXAMPLES = 50
LEARNED_SHARE = 0.2
#: No learned name is more of it than this: Seoul is in the news for many reasons.
MOST_OF_LEARNED = 0.25
#: A name that is learned stands in one article of thirty at most; Tuesday stands in one of ten.
LEARNED_RARITY = 3.5
#: Along a stream the profile is made anew with every so many articles.
RELEARN_EVERY = 5

#: Articles that are remembered to find those most like a new one; how many of those are looked at;
#: by how many features they are compared; from which likeness they are the same text.
MOST_COVERAGE = 1_000
MOST_NEIGHBOURS = 20
MOST_WEIGHED = 200
COPY_LIKENESS = 0.85

#: What an article is like tells what it is about. Its score moves by this share, at most, towards
#: that of the earlier articles nearest to it; so far are they believed where the sum of their
#: squared likenesses is this; only those above the least score are asked. MAP rises from .932 to
#: .947 (short incidents, one seed) and .862 to .937 (Spanish, three).
NEIGHBOURS = 5
COVERAGE_SHARE = 0.7
COVERAGE_BEND = 0.02
LEAST_NEAR = 0.02

#: An article that is more like earlier articles than these are like the incident belongs with them:
#: this share of the difference, the mean of the `NEIGHBOURS` largest, counts against it. This tells
#: siblings: MAP .947 to .956, least cost .030 to .025.
RIVAL_SHARE = 0.2

#: Stored coverage alone lifts an article over the threshold where so many of the `NEIGHBOURS` are
#: over it by their own words, and it is like them by this share of how they are like theirs; else
#: it is held at this share of the threshold. Among 1,800 other articles false follow-ups fall by a
#: fifth (ecbplus, one seed: 298 to 243, F1 .767 to .802); long crises lose .02 to .05 of F1.
BACKERS = 3
PLACE_SHARE = 0.7
HELD_SHARE = 0.999

#: An article that a person kept counts, for those like it, as if it scored so many thresholds; a
#: dismissed one nothing.
KEPT_LEVEL = 2.0

#: Articles of the store that stand beside a new one, the latest: reading them takes half a second.
STORED_COVERAGE = 400

#: Siblings among the reports that came near: those from this share of the threshold by their own
#: words; how many of them, the latest; how often they may change sides; the fewest on either side.
PARTED_NEAR = 0.5
MOST_PARTED = 60
MOST_ROUNDS = 6
LEAST_STORY = 3
LEAST_SIBLINGS = 3
#: Two sides are believed where their reports are at least so alike within (geometric mean of both)
#: and at most this share of it across. Short incidents of one kind have .40 to .65 within, parts of
#: a long crisis .20 to .38; a single incident that is cut in two mostly has more than .75 across.
#: F1 rises from .833 to .877 (short incidents, one seed) and from .854 to .916 (three); with the
#: siblings taken out of the stream it falls from .987 to .968 and from .990 to .978.
LEAST_DENSITY = 0.42
MOST_ACROSS = 0.75
#: A report of a sibling keeps of its score its likeness to the story as a share of that to the
#: sibling, to this power; and a candidate stays one, by this much.
SIBLING_POWER = 2.0
KEPT_APART = 1.001

#: Ids of articles that are shown with a learned term.
MOST_ARTICLES_SHOWN = 5

#: A decision by hand counts for so many articles.
HAND_COUNTS = 2.0

#: Where the threshold lies is known so well before the first decision (standard deviation of its
#: logarithm), and so steeply the chance of a follow-up rises around it (logit for a score that is e
#: times as high); so often a decision says nothing of its score. With ten decisions F1 rises from
#: .89 to .96 (short incidents, one seed) and .63 to .92 (Spanish); anything from half to twice
#: these numbers does as well.
THRESHOLD_SPREAD = 0.4
THRESHOLD_STEEPNESS = 6.0
STRAY_SHARE = 0.02

#: What speaks against: its weight beside the profile, reached with so many articles, and more with
#: three that a person dismissed; how many terms; from which share of the threshold an article came
#: near.
AGAINST_WEIGHT = 0.1
AGAINST_BY_HAND = 0.3
FULL_REJECTED = 10
MOST_AGAINST = 100
NEAR_SHARE = 0.4
#: Beyond this share of the threshold it is too near to say which side it is on.
NEAR_END = 0.99

#: Of follow-ups whose score is at least so many thresholds, the share that was right on the stories
#: of three sets; and how many decisions by hand that is worth.
PRECISION_BANDS = ((1.0, 0.5), (1.5, 0.75), (2.5, 0.95))
PRIOR_DECISIONS = 8.0

#: An article under this share of the threshold is not asked about: it says nothing of it.
LEAST_ASKED = 0.2

#: The threshold as scores come in: the mean of the best so many is the level of what is surely
#: about the incident, begun with that of the seeds as if they were so many; with ten articles near
#: it the threshold is the full share of the level, and less by BREADTH for each e times as many.
LEVEL_OF = 5
LEVEL_PRIOR = 4.0
LEVEL_COUNT = 10
NEAR_LEVEL = 0.4
FULL_SHARE = 0.7
BREADTH = 0.2
LEAST_SHARE = 0.3
MOST_SHARE = 0.9
LEAST_SCORE = 0.03

#: An article is about what stands in its first characters; the rest is not judged.
MOST_CHARACTERS = 60_000
