import type { Story } from "./story.ts";

/** Printers, workstations, servers. */
export const hardwareStories: readonly Story[] = [
  {
    title: "Paper jams in {printer}",
    category: "Hardware/Printer",
    type: "Incident",
    minutes: [20, 60],
    opening:
      "{printer} jams at every second sheet since this morning. We opened all the flaps and there is nothing to see. Can somebody have a look?",
    finding: "Page counter is past the service interval, the pick-up roller slips. There is a spare kit in our store.",
    reply:
      "The roller that takes in the paper is worn. We have the part here. Please use tray 2 until it is changed, that one has its own roller.",
    answer: "Tray 2 works, thank you. We can live with that until you come.",
    solution:
      "The pick-up roller is changed and the paper path cleaned. Fifty pages went through from both trays without a jam.",
    work: "Changed the pick-up roller of {printer} and cleaned the paper path",
    isOnSite: true,
  },
  {
    title: "{printer} is shown as offline",
    category: "Hardware/Printer",
    type: "Incident",
    minutes: [10, 35],
    opening: "Nobody can print to {printer}. Windows says offline, but its display says ready.",
    finding: "The printer took a new address after the power cut; the queue still points to the old one.",
    reply:
      "The printer has another network address since the power cut. We are giving it a fixed one, so that this cannot happen again.",
    answer: "My jobs are coming out now, all eleven of them.",
    solution:
      "The printer has a fixed address and the queue points to it. Printing works from all workstations that we tried.",
    work: "Reserved a fixed address for {printer} and corrected the print queue",
  },
  {
    title: "Scan to e-mail stopped working",
    category: "Hardware/Printer",
    type: "Incident",
    minutes: [20, 50],
    opening: "Scanning from {printer} to our mail does not work any more. It says: authentication failed.",
    finding:
      "The mail provider has switched off basic authentication. Needs the relay connector instead of a user's password.",
    reply:
      "Your mail provider no longer accepts the old way of signing in from a copier. We are moving it to the relay that is meant for devices.",
    answer: "Good to know. Until then we scan to the USB stick.",
    solution: "The copier now sends through the relay. Test scans to three mailboxes arrived, also with color pages.",
    work: "Moved scan to e-mail to the mail relay and tested it",
  },
  {
    title: "Workstation {device} does not start",
    category: "Hardware/Workstation",
    type: "Incident",
    minutes: [45, 150],
    opening:
      "When I press the button the fan spins up and then nothing. The screen stays black. All my files are on there!",
    finding: "Memory test fails on the second module. Disk is healthy, files are in the synchronized folder anyway.",
    reply: "Your files are safe, they are kept on the server as well. A memory module has failed; we bring a new one.",
    answer: "What a relief. I am working on my colleague's machine for now.",
    solution: "The memory module is replaced under warranty. The workstation passed a full test and has its updates.",
    work: "Diagnosed {device}, replaced the failed memory module, ran tests",
    isOnSite: true,
    tag: "warranty",
  },
  {
    title: "Laptop {device} is very slow",
    category: "Hardware/Workstation",
    type: "Incident",
    minutes: [25, 80],
    opening: "It takes ten minutes until I can work in the morning, and opening a spreadsheet is a coffee break.",
    finding: "Disk at 98 %, and two sync clients fight over the same folder. Update cache alone is 40 GB.",
    reply:
      "The disk is nearly full. We are clearing what is not needed and take out a second sync program that slows everything down.",
    answer: "Please leave my photo folder on the desktop alone, the rest is fine.",
    solution: "70 GB are free again and only one sync client runs. Start-up takes under a minute now.",
    work: "Cleaned up {device}, removed the second sync client, checked start-up",
  },
  {
    title: "New laptop for {who}",
    category: "Hardware/Workstation",
    type: "Service request",
    minutes: [90, 180],
    opening:
      "{who} needs a new laptop, the same model as the last ones, with docking station. Please send a quote first.",
    finding: "Same model has been followed up by a new one, same dock. Quote sent through finance.",
    reply: "The quote is on its way. The successor of your model fits the docking stations that you have.",
    answer: "Approved, please go ahead. The old one can be kept as a spare.",
    solution:
      "The laptop is set up, encrypted and in management. {who} signed in at the desk and has all programs and files.",
    work: "Set up a new laptop for {who}, moved data and settings, handed it over",
    isOnSite: true,
    tag: "hardware",
  },
  {
    title: "Second screen in {room} flickers",
    category: "Hardware/Workstation",
    type: "Incident",
    minutes: [15, 40],
    opening: "The right screen goes black for a second every few minutes. It makes me dizzy.",
    finding: "Happens with another cable too, not on another port: the dock's firmware is two years old.",
    reply:
      "It looks like the docking station and not the screen. We are updating its firmware over lunch; please leave it plugged in.",
    answer: "I leave at 12:15 and am back at one.",
    solution: "After the firmware update the screen has been steady for a whole afternoon.",
    work: "Updated the firmware of the docking station in {room}",
  },
  {
    title: "Disk in {server} reports errors",
    category: "Hardware/Server",
    type: "Incident",
    minutes: [45, 120],
    opening: "Monitoring: physical disk 3 of {server} predicts a failure. The array is still in order.",
    finding: "Reallocated sectors climb every day. Warranty until next summer, replacement ordered with the maker.",
    reply:
      "A disk of your server announces that it will fail. Nothing is lost, the array holds. The new disk comes under warranty and is changed while you work.",
    answer: "Thank you for being quicker than the disk.",
    solution:
      "The disk is changed and the array rebuilt overnight without an error. A test restore of the last backup worked.",
    work: "Replaced disk 3 of {server} and watched the rebuild",
    isOnSite: true,
    isMonitoring: true,
    tag: "monitoring",
  },
  {
    title: "{server}: less than 10 % free on drive D",
    category: "Hardware/Server",
    type: "Incident",
    minutes: [20, 60],
    opening: "Monitoring: drive D of {server} has 8 % free space, and loses about 2 GB a day.",
    finding: "Old installation images and a forgotten video folder, 180 GB together.",
    reply:
      "The file server is filling up. We found a folder of videos from 2019 in {folder}; may it move to the archive?",
    answer: "Yes, archive it. Nobody has looked at those in years.",
    solution: "The videos are in the archive and old images deleted. 34 % are free, and the trend is flat again.",
    work: "Freed space on {server}, moved old data to the archive",
    isMonitoring: true,
    tag: "monitoring",
  },
  {
    title: "UPS in the server room beeps",
    category: "Hardware/Server",
    type: "Incident",
    minutes: [30, 75],
    opening: "Something in the server room beeps every thirty seconds and it drives us mad.",
    finding: "Self-test failed, batteries are five years old. Load is 40 %, so the same battery kit is enough.",
    reply:
      "That is the battery of the emergency power supply, which is at the end of its life. We have silenced it and ordered a new set.",
    answer: "Silence! Thank you. When will the battery come?",
    solution:
      "The batteries are changed. The self-test shows 26 minutes at the present load, and the old set went to recycling.",
    work: "Changed the batteries of the UPS and ran the self-test",
    isOnSite: true,
  },
  {
    title: "Headset of {who} is not recognized",
    category: "Hardware/Workstation",
    type: "Incident",
    minutes: [10, 30],
    opening: "My headset worked yesterday, today callers do not hear me. I have tried both USB ports.",
    finding: "Windows made the webcam the standard microphone after an update.",
    reply:
      "We can see the headset; the webcam had taken over the microphone. May we connect for two minutes to set it right?",
    answer: "Yes, I am at my desk.",
    solution: "The headset is the standard device again, and a test call sounded clear in both directions.",
    work: "Set the audio devices of {who} right and made a test call",
  },
];
