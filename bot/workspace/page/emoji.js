/**
 * Emoji by their Slack shortcode: those that people and bots commonly use.
 */
const TABLE = `
+1:👍 thumbsup:👍 -1:👎 thumbsdown:👎 ok_hand:👌 wave:👋 clap:👏 raised_hands:🙌 pray:🙏 muscle:💪 point_right:👉 point_left:👈 point_up:☝️ point_down:👇 handshake:🤝 v:✌️ raised_hand:✋
smile:😄 slightly_smiling_face:🙂 grinning:😀 blush:😊 wink:😉 joy:😂 sweat_smile:😅 thinking_face:🤔 neutral_face:😐 confused:😕 worried:😟 cry:😢 sob:😭 scream:😱 sunglasses:😎 partying_face:🥳 sleeping:😴 nerd_face:🧐 robot_face:🤖 ghost:👻 skull:💀
heart:❤️ green_heart:💚 blue_heart:💙 yellow_heart:💛 broken_heart:💔 sparkles:✨ star:⭐ star2:🌟 fire:🔥 boom:💥 zap:⚡ tada:🎉 100:💯 rocket:🚀 satellite:🛰️ satellite_antenna:📡 ringed_planet:🪐 earth_africa:🌍 crescent_moon:🌙 sunny:☀️ cloud:☁️ rainbow:🌈 snowflake:❄️
white_check_mark:✅ heavy_check_mark:✔️ ballot_box_with_check:☑️ x:❌ negative_squared_cross_mark:❎ heavy_multiplication_x:✖️ warning:⚠️ no_entry:⛔ no_entry_sign:🚫 rotating_light:🚨 bangbang:‼️ exclamation:❗ question:❓ grey_question:❔ grey_exclamation:❕ information_source:ℹ️ sos:🆘
red_circle:🔴 large_red_circle:🔴 large_orange_circle:🟠 large_yellow_circle:🟡 large_green_circle:🟢 large_blue_circle:🔵 large_purple_circle:🟣 white_circle:⚪ black_circle:⚫ large_red_square:🟥 large_green_square:🟩 large_yellow_square:🟨 white_large_square:⬜ black_large_square:⬛ small_blue_diamond:🔹 small_orange_diamond:🔸 small_red_triangle:🔺 small_red_triangle_down:🔻
arrow_right:➡️ arrow_left:⬅️ arrow_up:⬆️ arrow_down:⬇️ arrow_upper_right:↗️ arrow_lower_right:↘️ arrows_counterclockwise:🔄 repeat:🔁 leftwards_arrow_with_hook:↩️ arrow_forward:▶️ double_vertical_bar:⏸️ pause_button:⏸️ black_square_for_stop:⏹️ fast_forward:⏩ rewind:⏪
alarm_clock:⏰ stopwatch:⏱️ timer_clock:⏲️ hourglass:⌛ hourglass_flowing_sand:⏳ clock1:🕐 clock3:🕒 clock9:🕘 calendar:📅 date:📅 spiral_calendar_pad:🗓️ bell:🔔 no_bell:🔕 mute:🔇 loud_sound:🔊 mega:📣 loudspeaker:📢 speech_balloon:💬 thought_balloon:💭 eyes:👀 eye:👁️
bar_chart:📊 chart_with_upwards_trend:📈 chart_with_downwards_trend:📉 clipboard:📋 memo:📝 pencil:📝 pencil2:✏️ page_facing_up:📄 bookmark_tabs:📑 scroll:📜 books:📚 open_file_folder:📂 file_folder:📁 card_index_dividers:🗂️ inbox_tray:📥 outbox_tray:📤 email:📧 envelope:✉️ link:🔗 paperclip:📎 pushpin:📌 round_pushpin:📍 label:🏷️ mag:🔍 mag_right:🔎 bulb:💡 key:🔑 lock:🔒 unlock:🔓 shield:🛡️ wrench:🔧 hammer:🔨 hammer_and_wrench:🛠️ gear:⚙️ nut_and_bolt:🔩 toolbox:🧰 package:📦 wastebasket:🗑️ broom:🧹 bug:🐛 microscope:🔬 telescope:🔭 test_tube:🧪 computer:💻 desktop_computer:🖥️ keyboard:⌨️ floppy_disk:💾 electric_plug:🔌 battery:🔋 globe_with_meridians:🌐 construction:🚧 dart:🎯 trophy:🏆 medal:🏅 checkered_flag:🏁 triangular_flag_on_post:🚩 white_flag:🏳️ crossed_flags:🎌 ambulance:🚑 fire_engine:🚒 stethoscope:🩺 bandage:🩹 pill:💊 coffee:☕ pizza:🍕 beers:🍻 cake:🍰 seedling:🌱 evergreen_tree:🌲 turtle:🐢 snail:🐌 rabbit:🐇 octopus:🐙 cat:🐱 dog:🐶
one:1️⃣ two:2️⃣ three:3️⃣ four:4️⃣ five:5️⃣ six:6️⃣ seven:7️⃣ eight:8️⃣ nine:9️⃣ zero:0️⃣ keycap_ten:🔟 heavy_plus_sign:➕ heavy_minus_sign:➖ infinity:♾️ recycle:♻️ moneybag:💰 dollar:💵 credit_card:💳 receipt:🧾 busts_in_silhouette:👥 bust_in_silhouette:👤 technologist:🧑‍💻 female-technologist:👩‍💻 male-technologist:👨‍💻 astronaut:🧑‍🚀 sleuth_or_spy:🕵️ guardsman:💂 traffic_light:🚦 vertical_traffic_light:🚦 octagonal_sign:🛑 parking:🅿️ new:🆕 up:🆙 ok:🆗 cool:🆒 free:🆓`;

const EMOJI = new Map();
for (const entry of TABLE.trim().split(/\s+/)) {
  const cut = entry.indexOf(":", 1);
  EMOJI.set(entry.slice(0, cut), entry.slice(cut + 1));
}

/** The character of a shortcode (skin tones ignored), or null when it is not known. */
export function emoji(name) {
  return EMOJI.get(String(name).split("::")[0]) || null;
}

/** Text with the `:shortcodes:` that are known replaced; others stay as typed. */
export function withEmoji(text) {
  return String(text).replace(
    /:([a-z0-9_+'-]+):(?::skin-tone-\d:)?/g,
    (whole, name) => emoji(name) || whole,
  );
}

/** Shortcodes that contain `part`, best first, at most `limit`. */
export function findEmoji(part, limit) {
  const wanted = part.toLowerCase();
  const names = [...EMOJI.keys()].filter((name) => name.includes(wanted));
  names.sort((a, b) => a.indexOf(wanted) - b.indexOf(wanted));
  return names.slice(0, limit);
}
