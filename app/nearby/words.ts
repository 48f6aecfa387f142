/** Three short words for a hash: easy to say across a table, and hard to mistake for others. */
/** 256, so that a byte picks one without bias. */
export const wordList: readonly string[] = (
  'acorn actor album amber angle ankle apple apron arena arrow aspen atlas attic badge bagel baker bamboo banjo barn basil beach beard ' +
  'bench berry bird bison bloom boat bonnet book bowl brass bread brick bridge broom brush bubble bucket bugle butter button cabin cactus camel ' +
  'candle canoe canyon carpet castle cedar cello chalk cherry chess cider circus clay cliff clock cloud clover coast cobra cocoa comet copper coral ' +
  'cotton cradle crane crayon cricket crown crystal curtain daisy dancer delta desert diary dolphin donkey dragon drum eagle easel ' +
  'echo elbow elm ember engine envoy fabric falcon farm feather fern ferry fiddle field finch flag flame flute forest fossil fox ' +
  'frost galaxy garden garlic ginger glacier globe glove goat gorilla grape gravel guitar gull hammer harbor harp hazel helmet heron hill ' +
  'honey horse hotel igloo indigo ink iris iron island ivory jacket jaguar jasmine jelly jewel jungle kettle kite kiwi koala ' +
  'ladder lagoon lantern lava leaf lemon lilac lily lion lizard lobster lotus magnet mango maple marble meadow melon mirror mitten monkey moon ' +
  'moss motor mountain mouse museum needle nest nickel nutmeg oak oasis ocean olive onion opal orange orbit orchid otter owl oxygen oyster ' +
  'paddle palm panda parrot pasta peach pearl pebble pencil pepper piano pigeon pillow pine planet plum poem pond poppy potato prism pumpkin puzzle quartz ' +
  'quilt rabbit radar rainbow raven ribbon river robin rocket rose ruby saddle salmon sand satin scarf shell silver ' +
  'silk skate snow spark spice spider squid star sugar swan tulip tunnel turtle velvet violin walnut whale willow window zebra zipper'
).split(' ')

/** Twenty-four bits: whoever stands in between has one chance in sixteen million, and one try for each that a person looks at. */
export const WORDS_COUNT = 3

/** @param hash at least WORDS_COUNT bytes */
export const wordsOf = (hash: Uint8Array): string => [...hash.subarray(0, WORDS_COUNT)].map((byte) => wordList[byte]).join(' ')
