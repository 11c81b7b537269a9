// Behaviours of the page, one ES module each, attached by data-* attributes. Everything works without them.
// They listen on the document, so what htmx swaps in behaves at once. What a room's template may write:
//
// Rows (keys.js: j k move, Enter opens, x ticks)
//   data-rows            on the list (table, ul): its rows can be walked with j and k
//   data-row             on each row; its first link, or the one marked data-row-link, is what Enter opens
//
// Choosing rows (selection.js)
//   data-selection       on the <form method="post"> that holds list and bar; it posts ids=1&ids=2… of the
//                        ticked name="ids" boxes, or all=1&query=… (the form's own hidden "query" field)
//   data-select-all      on the checkbox in the head (shift-click on any box ticks the range)
//   data-selection-bar   on the bar; hidden until something is ticked
//   data-selection-count on the element that says how many: data-words="{n} chosen", data-all-words="All {n}"
//   data-selection-everything="8412"  on the button that takes the whole list, not this page only
//   data-selection-clear on the button that unticks everything (Esc does it too)
//
// Keys (keys.js; the list is grahak/core/shortcuts.py)
//   data-key="g c"       on any link or button: pressing g, then c, follows it ("f": one key)
//   data-new             on the page's main "new" link: c follows it; else c opens the New menu
//
// Menus (menus.js)
//   data-menu            on <details>: closes on Esc, on a press outside and when another opens; arrows move
//   data-dialog="id"     on a link or button: opens <dialog id> (a link keeps its href as the fallback);
//   data-close           on a button inside a dialog: closes it
//
// Forms
//   every form           is sent once: while it travels its button is aria-busy (once.js).
//                        data-again on the form lifts that (a download, a filter)
//   data-undo="Key withdrawn"  on a form: done after 8 s unless Undo is pressed; the closest [data-row] or
//                        [data-undo-row] is hidden meanwhile (undo.js). Only where the server itself can't undo
//   data-submit          on a select or checkbox: changing it sends its form (once.js)
//   data-copy="text"     on a button: copies, and says so in its own words data-copied="Copied" (menus.js)
//
// Toasts (toasts.js)
//   data-toast           hides itself after 8 s, never under the pointer or the focus. Python: core.toasts.say()
//
// Boxes that suggest (suggest.js) and the order sheet (sheet.js)
//   data-suggest="url"   on a text box inside .suggest: ?q= fetches <li role=option data-text data-id data-fill>
//   data-suggest-id      on the hidden field beside it that takes the chosen id; "suggest:chosen" tells the rest
//   data-sheet           on the form of an order; its cells are named by data-cell
//
// The rule builder (segments.js)
//   data-builder         on its form; data-rules on its rules, data-node="r-0" on each line or group, data-group on
//                        groups, data-grip on the handle; data-way="up|down", data-take-back, data-carry on buttons
//   data-choices         on a menu of boxes to tick: its summary says what is ticked; data-narrow on a box in it
//   data-look-at="r-0-1" on the rules: the line that gets the focus once they are swapped in
//
// The block editor of letters (letters.js, letter-words.js, letter-queue.js)
//   data-letter          on its form; data-block="b3" on each block, data-lift on its handle, data-spot where one can be
//                        put; data-way="up|down|back|on", data-carry, data-undo-step, data-redo-step on buttons
//   data-look-at, data-focus  on the editor: which block, and what gets the focus once it is drawn anew
//   data-marks="id"      on the buttons of bold, italic, link, list of that field; data-meter="id" on its meter
//   data-upload          on a file field: chosen files are sent at once; data-redraw: a choice that draws it anew
//
// The palette (palette.js, recents.js)
//   data-palette         on a link: opens it; data-palette-hit, data-title, data-icon on a line that was found
//   data-recent="icon"   on the heading of a record's page: it is among those looked at last (data-title: by this name)
//
// The calendar (calendar.js)
//   data-calendar        around it; data-day on a cell; data-move="url" data-on="2026-11-23" on a line that can be moved
//
// What happens now (live.js)
//   data-live="url"      on a list: rows that the stream at that address sends are put on top of it
//   data-live-pause      on a link: holds them back; data-live-held says how many wait
//
// The board of deals (board.js, board-touch.js)
//   data-board           on the board; data-column="5" on its columns, data-card="12" data-version="3" on each card
//                        (data-move="url" where that is not a deal's: it is posted to=the column);
//                        data-stages on a card's link to the stages (the fallback), data-stages-menu on the <dialog> with
//                        them, data-to="5" on its buttons; data-board-tabs on the tabs that follow the swipe
//
// htmx loads fragments: `request.htmx` is true, `request.htmx.target` names the element that will hold it.

import "./calendar.js";
import "./board.js";
import "./board-touch.js";
import "./compose.js";
import "./insert.js";
import "./keys.js";
import "./letter-queue.js";
import "./letter-words.js";
import "./letters.js";
import "./live.js";
import "./menus.js";
import "./once.js";
import "./palette.js";
import "./payment.js";
import "./print.js";
import "./recents.js";
import "./segments.js";
import "./selection.js";
import "./sheet.js";
import "./suggest.js";
import "./toasts.js";
import "./undo.js";
