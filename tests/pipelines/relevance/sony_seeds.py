"""Seeds about the attack on Sony Pictures in words of our own, as newsrooms might have put them.

`main`, `second` and `short` (80 words each) hold the attack, the attribution and the offer of a
joint inquiry; `early` knows only the first two weeks.
"""

SETS: dict[str, list[tuple[str, str]]] = {
    "main": [
        (
            "Sony Pictures staff locked out as hackers put a skull on every screen",
            "Employees of Sony Pictures Entertainment were sent home or told to work with pen "
            "and paper on Monday after intruders took over the studio's computer network. "
            "People who came to their desks in Culver City, California, found a red skeleton on "
            'their monitors, a warning that the machines had been "Hacked by #GOP" and a list '
            "of web addresses from which, the message said, secret data of the company could be "
            "fetched.\n\n"
            "The letters are believed to stand for Guardians of Peace, a group that nobody in "
            "the security business had heard of before. It said that it had obtained all the "
            "internal data of the film company and would release it unless its demands were "
            "met, without saying what they were.\n\n"
            "A spokeswoman said only that the studio was investigating an IT matter. Corporate "
            "e-mail, the telephone system and several Twitter accounts used to promote films "
            "were down through Tuesday. Two people who know of the inquiry said that malware "
            "had begun to wipe hard disks, and that it could take weeks to bring the systems "
            "back. The Federal Bureau of Investigation has been told of the breach. Sony "
            "Pictures, a part of the Japanese electronics maker Sony, is about to release "
            "several films for the holidays.",
        ),
        (
            "F.B.I. says North Korea was behind attack on Sony; Obama promises a proportional "
            "answer",
            "WASHINGTON — The F.B.I. on Friday formally accused the government of North Korea "
            "of the cyberattack that crippled Sony Pictures last month, and President Obama "
            'said that the United States would respond "proportionally" at a place and time '
            "that it would choose.\n\n"
            "In its statement the bureau pointed to lines of code, encryption methods and "
            "internet addresses that resemble those of earlier malware linked to Pyongyang, "
            "among them the attack on banks and broadcasters in South Korea in 2013. It is the "
            "first time that Washington has named a state for a destructive attack on a company "
            "on American soil.\n\n"
            "At his news conference at the end of the year Mr. Obama also criticised the "
            'studio. Sony had cancelled the Christmas Day release of "The Interview", a comedy '
            "with Seth Rogen and James Franco about a plot to assassinate Kim Jong-un, after "
            'hackers threatened cinemas and the big theater chains pulled out. "I think they '
            'made a mistake," the president said. "We cannot have a society in which some '
            'dictator someplace can start imposing censorship here in the United States."\n\n'
            "Michael Lynton, who runs the studio, answered that it had not given in and was "
            "looking for another way to show the film. The hackers, who call themselves "
            "Guardians of Peace, have published tens of thousands of e-mails and the Social "
            "Security numbers of employees.",
        ),
        (
            "North Korea offers joint inquiry into Sony hack; U.S. asks China to help",
            "North Korea on Saturday denied any part in the hacking of Sony Pictures and "
            "proposed to investigate the case together with the United States. A spokesman for "
            "the foreign ministry in Pyongyang, quoted by the state news agency KCNA, said that "
            'it had a way to prove its innocence, and warned of "serious consequences" should '
            "Washington refuse and go on to retaliate.\n\n"
            "The White House turned the offer down. Mark Stroh of the National Security Council "
            "said that the government stood by the finding of the F.B.I., and that if North "
            "Korea wanted to help it should admit its guilt and pay for the damage.\n\n"
            "American officials have meanwhile asked China to help block North Korea's ability "
            "to carry out such attacks. Nearly all of the country's telecommunications run "
            "through networks operated by the Chinese. Beijing has not given a clear answer. "
            "Secretary of State John Kerry spoke with the Chinese foreign minister, Wang Yi, "
            "who said that China opposes cyberattacks in all their forms but did not mention "
            "Pyongyang.\n\n"
            "Among the choices on the president's desk are new sanctions and putting North "
            "Korea back on the list of states that sponsor terrorism. The attack destroyed data "
            'at the studio in November and led it to withdraw "The Interview", a comedy about '
            "the killing of Kim Jong-un.",
        ),
    ],
    "second": [
        (
            "Hack brings Sony's film studio to a standstill",
            "Hollywood's Sony Pictures has gone dark. Since Monday morning, workers at the "
            "studio cannot log in, send e-mail or make calls after an unknown crew calling "
            "itself #GOP broke into its network and left a menacing picture of a skull with "
            "long fingers on thousands of PCs. \"We've already warned you, and this is just a "
            'beginning," the note reads. A deadline passed at eleven at night without visible '
            "effect.\n\n"
            "According to one employee, who asked not to be named, managers told everyone to "
            "unplug and go home, in Culver City as well as in New York. Technicians guess that "
            "repairs may need between a day and three weeks.\n\n"
            "The archive that the attackers posted contains nothing but lists of file names, "
            "yet these hint at contracts, passports of actors, budgets and passwords. Security "
            "researchers said the case looks like extortion. Whether the breach is tied to The "
            "Interview, a film in which Seth Rogen and James Franco play journalists hired to "
            "kill the leader of North Korea, is a matter of speculation. Pyongyang called the "
            "movie an act of war in June and complained to the United Nations.",
        ),
        (
            "US points at Pyongyang over Sony breach and vows to act",
            "The FBI has concluded that Kim Jong-un's government ordered the hack of Sony "
            "Pictures Entertainment. Technical evidence, including similarities of the "
            "destructive malware with tools used against South Korean banks last year, gave "
            "investigators enough to make the charge, the agency announced on 19 December.\n\n"
            "Hours afterwards Barack Obama told reporters that America would retaliate in a "
            "proportional manner. He called it an error to scrap The Interview because of "
            'threats, and wished that Sony had spoken to him first. "Imagine if producers and '
            'distributors start engaging in self-censorship," he said.\n\n'
            "Sony dropped the comedy's premiere on 25 December when AMC, Regal, Cinemark and "
            "other exhibitors refused to play it; the hackers had warned moviegoers to remember "
            "11 September 2001. The studio said it still hopes to release the picture on a "
            "different platform.\n\n"
            "Private analysts remain split. Some pointed out that the first messages asked for "
            "money and did not mention the film, and that a disgruntled insider might have had "
            "a hand in it.",
        ),
        (
            "Pyongyang proposes joint probe of Sony cyberattack, threatens consequences",
            "North Korea's foreign ministry said on 20 December that it can show it has nothing "
            "to do with the break-in at Sony and that the Americans should join it in a common "
            "investigation. If they reject the proposal there will be grave consequences, the "
            "official news agency KCNA reported.\n\n"
            "Washington rejected it within hours: the regime in Pyongyang has a long history of "
            "denying responsibility for destructive and provocative actions, a spokesman of the "
            "National Security Council said, and should compensate the studio.\n\n"
            "Administration officials said they had turned to Beijing for assistance. China "
            "hosts many of the North's hackers, it is thought, and its state carriers are the "
            "route by which the isolated country reaches the internet. They want those channels "
            "cut and the operatives expelled. Chinese diplomats have said only that they need "
            "proof.\n\n"
            "President Obama is also weighing financial sanctions and whether to list North "
            "Korea as a state sponsor of terrorism once more.",
        ),
    ],
    "short": [
        (
            "Sony Pictures hit by hackers",
            "Computers at Sony Pictures Entertainment were shut down on Monday after hackers "
            "calling themselves Guardians of Peace broke into the studio's network. Staff in "
            "Culver City saw a skull on their screens with the words Hacked by #GOP and a "
            "threat to publish internal data. E-mail and phones did not work, and people were "
            "told to go home. The company said it was looking into the matter. The FBI has been "
            "informed. Malware appears to have erased data on many machines.",
        ),
        (
            "FBI blames North Korea for Sony hack",
            "The FBI said on Friday that North Korea's government was responsible for the "
            "cyberattack on Sony Pictures. Malware used in the attack resembles code that North "
            "Korean actors wrote before. President Obama said the United States would answer in "
            "proportion and that Sony made a mistake when it cancelled The Interview, a comedy "
            "about a plot to kill Kim Jong-un, after hackers threatened cinemas. The studio "
            "said it had no choice once the theater chains had dropped the film.",
        ),
        (
            "North Korea wants joint inquiry",
            "North Korea denied that it hacked Sony Pictures and offered the United States a "
            "joint investigation, warning of serious consequences if it was refused. The White "
            "House said it stood by the FBI. American officials asked China, through which most "
            "of North Korea's internet traffic passes, to help stop further attacks by hackers. "
            "Beijing said it was against all cyberattacks. Sanctions on Pyongyang are being "
            "considered in Washington.",
        ),
    ],
    "early": [
        (
            "Sony Pictures network down after hackers leave skull and threats",
            "A group of hackers that goes by #GOP appears to have taken control of the computer "
            "systems of Sony Pictures. Workers at the film studio's lot in Culver City say that "
            "every screen showed the same image on Monday: a glowing red skeleton, with the "
            "announcement that the company had been hacked and that its secrets and top secrets "
            "would be shown to the world. Attached were links to files said to hold internal "
            "documents.\n\n"
            "The studio switched off its network across the world, including offices in New "
            "York and London. Nobody can use e-mail, the web or the wireless network, and one "
            "employee said it would be like working in the nineteen-seventies. Sony said in a "
            "short statement that it was investigating an IT matter.",
        ),
        (
            "Five Sony films leak online days after the cyberattack",
            "Copies of at least five films by Sony Pictures have been put on file-sharing sites "
            "in the days since hackers broke into the studio. Fury, the war drama with Brad "
            "Pitt, was downloaded more than a million times by the end of the week; Annie, "
            "which does not open until December, Mr. Turner, Still Alice and To Write Love on "
            "Her Arms were shared too. The screener copies bear watermarks.\n\n"
            "The company called the theft of its content a crime and said that it was working "
            "with law enforcement. It has hired the security firm Mandiant, a part of FireEye, "
            "to clean up. The FBI has opened an inquiry and warned American businesses of "
            "malware that destroys the data on hard disks.",
        ),
        (
            "Sony data leak exposes pay and Social Security numbers of thousands",
            "Spreadsheets with the salaries of Sony Pictures executives, the Social Security "
            "numbers of some 47,000 people and performance reviews of employees are circulating "
            "on the internet, in what looks like one of the worst data thefts that an American "
            "company has suffered. The hackers, who sign as Guardians of Peace, say they have "
            "taken a hundred terabytes. One folder of the leaked files was named Password and "
            "held thousands of logins. Actors such as Sylvester Stallone are on the list. Co- "
            "chairman Amy Pascal and chief executive Michael Lynton told staff in a memo that "
            "the attack was brazen and that the company would offer identity protection. Some "
            "people at the studio suspect North Korea, angered by the comedy The Interview.",
        ),
    ],
}

#: The same kind of event elsewhere, or another at the same company.
SIBLINGS = [
    (
        "Hackers take PlayStation Store down over Christmas",
        "Millions of players could not log in to the PlayStation Network on Christmas Day after a "
        "group calling itself Lizard Squad flooded its servers with traffic. Microsoft's Xbox Live "
        "was hit as well. Sony said on Twitter that engineers were working on it and that no data "
        "of customers had been taken. Such attacks, known as denial of service, need little skill. "
        "By Saturday most consoles were back online, though gamers who had unwrapped theirs the "
        "day before complained of slow downloads.",
    ),
    (
        "Ransom demanded of film studio Meridian after break-in",
        "Intruders have stolen scripts and contracts from Meridian Films and want two million in "
        "return for not publishing them, the studio in Vancouver said. Computers at its animation "
        "unit were locked by malware on Thursday night. The police of British Columbia have opened "
        "an inquiry. Staff were told not to use e-mail. A director said that the release of the "
        "comedy Paper Moons in March was not in danger.",
    ),
    (
        "Bank data of 70,000 patients stolen from hospital chain",
        "A hospital chain in Ohio has told 70,000 patients that hackers copied their Social "
        "Security numbers and bank details in September. The intrusion was noticed only when the "
        "files were offered for sale. Security experts said the malware resembled tools of a gang "
        "from eastern Europe; the FBI is investigating.",
    ),
]
