"""What the papers of the made-up office are about, as templates; `eval.office_papers` fills them.

A slot in braces is drawn anew for every sentence: {count}, {percent}, {money}, {name}, {date},
{month}, {street}, {days}. {town} and {year} belong to the paper, {before} is the year before.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A question, the sentence that answers it, what the answer must say, and the form it has.

    `form` is "text", "item" (of a list) or "note" (at the foot of the page); `beside` is said near
    it and must not be taken for it.
    """

    heading: str
    question: str
    said: str
    expect: str
    form: str = "text"
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of yearly figures by item, with the question for one of them."""

    heading: str
    caption: str
    items: tuple[str, ...]
    column: str
    question: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of paper: its title, what can be asked of it, and what else it says by heading."""

    name: str
    title: str
    facts: tuple[Fact, ...]
    grid: Grid | None
    said: dict[str, tuple[str, ...]]


LIBRARY = Topic(
    "library",
    "Report of the {town} Library for {year}",
    (
        Fact(
            "Loans and members",
            "How many books did the {town} Library lend in {year}?",
            "In {year} the {town} Library lent {count} books.",
            "{count}",
            beside="In {before} it had lent {count2}.",
        ),
        Fact(
            "Staff",
            "Who became head of the {town} Library?",
            "{name} became head of the {town} Library on {date}.",
            "{name}",
            beside="{name2} had led the children's department for {days} months.",
        ),
        Fact(
            "Buildings",
            "When did the reading room of the {town} Library reopen?",
            "The reading room of the {town} Library reopened on {date} after the roof was mended.",
            "{date}",
        ),
    ),
    Grid(
        "Branches",
        "Visits to the branches of the {town} Library",
        ("Old Mill branch", "Station branch", "Hillside branch", "Quay branch", "Mobile library"),
        "Visits",
        "How many visits did the {item} of the {town} Library count in {year}?",
    ),
    {
        "Loans and members": (
            "Audio books were asked for more often than in any earlier year.",
            "Members renewed {percent} of their cards through the web site.",
            "Reminders are sent {days} days before a loan ends.",
        ),
        "Staff": (
            "The staff took part in a course on mending old bindings.",
            "Two posts at the counter stayed vacant until {month}.",
        ),
        "Buildings": (
            "The heating of the annex failed twice in {month}.",
            "Shelves for large print were moved to the ground floor.",
        ),
        "Plans": (
            "A reading group for newcomers will meet on Thursdays.",
            "The catalogue is to be moved to a new system step by step.",
        ),
    },
)
HARBOUR = Topic(
    "harbour",
    "{town} Harbour Office: year book {year}",
    (
        Fact(
            "Traffic",
            "How many ships called at {town} Harbour in {year}?",
            "{count} ships called at {town} Harbour in {year}.",
            "{count}",
            beside="{count2} ships had called there in {before}.",
        ),
        Fact(
            "Works",
            "How deep is the north basin of {town} Harbour after dredging?",
            "After dredging the north basin of {town} Harbour is {small} metres deep.",
            "{small} metres",
        ),
        Fact(
            "Fees and rules",
            "What is the speed limit for boats inside {town} Harbour?",
            "Boats inside {town} Harbour must keep to a speed limit of {small} knots.",
            "{small} knots",
            form="item",
        ),
    ),
    Grid(
        "Cargo",
        "Cargo handled in {town} Harbour in thousand tons",
        ("Grain", "Timber", "Fertiliser", "Scrap metal", "Road salt", "Paper"),
        "Cargo",
        "How many thousand tons of {item} did {town} Harbour handle in {year}?",
    ),
    {
        "Traffic": (
            "The longest wait for a pilot was {days} hours, during the gales of {month}.",
            "Fishing boats moor at the inner quay and are not counted here.",
        ),
        "Works": (
            "The fenders of the east quay were replaced in {month}.",
            "A diver inspects the lock gates twice a year.",
        ),
        "Fees and rules": (
            "Fees are due before a ship leaves its berth.",
            "The harbour master may send away a ship that leaks oil.",
        ),
        "Safety": (
            "An exercise with the lifeboat crew took place in {month}.",
            "{days} life rings were stolen from the promenade.",
        ),
    },
)
HOUSING = Topic(
    "housing",
    "Housing in {town}: review of {year}",
    (
        Fact(
            "New homes",
            "How many homes were completed in {town} in {year}?",
            "In {year}, {count} homes were completed in {town}.",
            "{count}",
            beside="A year earlier the number was {count2}.",
        ),
        Fact(
            "Grants",
            "By when must applications for the renovation grant of {town} arrive?",
            "Applications for the renovation grant of {town} must arrive by {date}.",
            "{date}",
            form="item",
        ),
        Fact(
            "Grants",
            "How much money did {town} set aside for renovation grants in {year}?",
            "For renovation grants {town} set aside {money} in {year}.",
            "{money}",
        ),
    ),
    Grid(
        "Rents",
        "Flats let by the town of {town} by district",
        ("Northgate", "Weavers' Row", "Old Brewery", "Canal Side", "Upper Field"),
        "Flats",
        "How many flats did the town of {town} let in {item} in {year}?",
    ),
    {
        "New homes": (
            "Builders waited {days} weeks for a permit on average.",
            "Most sites lie along the former goods railway.",
        ),
        "Grants": (
            "Owners may ask for advice on insulation free of charge.",
            "Grants are paid after an inspector has seen the finished work.",
        ),
        "Tenants": (
            "The tenants' office heard {days} disputes in {month}.",
            "A deposit of two months' rent is the most that may be asked.",
        ),
        "Outlook": (
            "The plan for the gasworks site is expected in {month}.",
            "Land near the hospital is kept free for staff flats.",
        ),
    },
)
WASTE = Topic(
    "waste",
    "Waste and recycling in {town}, {year}",
    (
        Fact(
            "Collection",
            "Where must garden waste be brought in {town}?",
            "Garden waste must be brought to the depot in {street} in {town}.",
            "{street}",
            form="item",
        ),
        Fact(
            "Results",
            "What share of household waste was recycled in {town} in {year}?",
            "In {year}, {percent} of household waste in {town} was recycled.",
            "{percent}",
            beside="The share had been {percent2} in {before}.",
        ),
        Fact(
            "Fees",
            "What does a replacement bin cost in {town}?",
            "A replacement bin costs {small} euros in {town}.",
            "{small} euros",
            form="note",
        ),
    ),
    Grid(
        "Quantities",
        "Waste collected in {town} in tons",
        ("Glass", "Paper", "Food waste", "Metal", "Textiles", "Batteries"),
        "Tons",
        "How many tons of {item} were collected in {town} in {year}?",
    ),
    {
        "Collection": (
            "Bins must stand at the kerb by six in the morning.",
            "Collection moves by a day after a public holiday.",
        ),
        "Results": (
            "Sorting is checked in {days} streets drawn by lot.",
            "Too much plastic film still ends up among the paper.",
        ),
        "Fees": (
            "Households that share a bin share its fee.",
            "Fees are charged twice a year with the water bill.",
        ),
        "Complaints": (
            "Most complaints were about noise in {month}.",
            "A missed bin is collected within {days} working days.",
        ),
    },
)
SCHOOLS = Topic(
    "schools",
    "Schools of {town}: annual statement {year}",
    (
        Fact(
            "Pupils",
            "How many pupils attended the schools of {town} in {year}?",
            "The schools of {town} were attended by {count} pupils in {year}.",
            "{count}",
            beside="In {before} there were {count2}.",
        ),
        Fact(
            "Head teachers",
            "Who was appointed head teacher of {town} Grammar School?",
            "{name} was appointed head teacher of {town} Grammar School in {month} {year}.",
            "{name}",
        ),
        Fact(
            "Meals and transport",
            "What does a school lunch cost in {town}?",
            "A school lunch in {town} costs {small} crowns.",
            "{small} crowns",
            form="item",
        ),
    ),
    Grid(
        "Classes",
        "Pupils by school in {town}",
        ("Oak Road School", "Castle School", "Riverside School", "Grammar School", "Music School"),
        "Pupils",
        "How many pupils did the {item} in {town} have in {year}?",
    ),
    {
        "Pupils": (
            "Classes in the first form are never larger than {days} children.",
            "Lessons in swimming were moved to {month}.",
        ),
        "Head teachers": (
            "Heads meet every second Tuesday at the education office.",
            "The post of deputy is advertised for {days} weeks.",
        ),
        "Meals and transport": (
            "The kitchen buys its vegetables from farms nearby.",
            "School buses wait no longer than five minutes.",
        ),
        "Repairs": (
            "Windows in the gymnasium were sealed in {month}.",
            "The chemistry room has a new fume cupboard.",
        ),
    },
)
WATER = Topic(
    "water",
    "{town} Waterworks: statement for {year}",
    (
        Fact(
            "Supply",
            "How much water did the {town} Waterworks lose through leaks in {year}?",
            "Through leaks the {town} Waterworks lost {percent} of its water in {year}.",
            "{percent}",
            beside="Ten years before, the loss had been {percent2}.",
        ),
        Fact(
            "Works",
            "How long is the new main between {town} and the reservoir?",
            "The new main between {town} and the reservoir is {small} kilometres long.",
            "{small} kilometres",
        ),
        Fact(
            "Prices",
            "When do the new water prices in {town} take effect?",
            "The new water prices in {town} take effect on {date}.",
            "{date}",
        ),
    ),
    Grid(
        "Pumping stations",
        "Water pumped for {town} in million litres",
        ("Birch Hill", "Lower Weir", "Chapel Spring", "East Tower", "Mill Race"),
        "Litres",
        "How many million litres did the {item} station pump for {town} in {year}?",
    ),
    {
        "Supply": (
            "Pressure fell for {days} hours on a Sunday in {month}.",
            "The meter is read by the customer and checked every third year.",
        ),
        "Works": (
            "Old lead pipes are replaced whenever a road is opened.",
            "Work under the tram tracks is done at night.",
        ),
        "Prices": (
            "Customers may pay by instalments.",
            "A leak behind the meter is charged to the owner.",
        ),
        "Quality": (
            "Samples are taken at {days} taps every month.",
            "Hardness is printed on every bill.",
        ),
    },
)
MUSEUM = Topic(
    "museum",
    "{town} Museum: trustees' report {year}",
    (
        Fact(
            "Visitors",
            "How many people visited the {town} Museum in {year}?",
            "{count} people visited the {town} Museum in {year}.",
            "{count}",
            beside="{count2} had visited it in {before}.",
        ),
        Fact(
            "Collections",
            "Who gave the {town} Museum its collection of clocks?",
            "{name} gave the {town} Museum a collection of clocks.",
            "{name}",
            form="note",
        ),
        Fact(
            "Exhibitions",
            "When did the exhibition on weaving open at the {town} Museum?",
            "The exhibition on weaving opened at the {town} Museum on {date}.",
            "{date}",
        ),
    ),
    None,
    {
        "Visitors": (
            "School parties came mostly in {month}.",
            "The shop sold {days} copies of the guide in a single day.",
        ),
        "Collections": (
            "Moths were found in the costume store and dealt with at once.",
            "Photographs are being scanned by volunteers.",
        ),
        "Exhibitions": (
            "A show of toys travelled to {days} schools.",
            "Labels are now written in three languages.",
        ),
        "Trustees": (
            "The trustees met {days} times.",
            "No trustee receives a salary.",
        ),
    },
)
TRAM = Topic(
    "trams",
    "{town} Tramways: the year {year}",
    (
        Fact(
            "Passengers",
            "How many passengers did {town} Tramways carry in {year}?",
            "{town} Tramways carried {millions} passengers in {year}.",
            "{millions}",
            beside="The figure for {before} was {millions2}.",
        ),
        Fact(
            "Network",
            "How long is the tram line from {town} Market to the hospital?",
            "The tram line from {town} Market to the hospital is {small} kilometres long.",
            "{small} kilometres",
        ),
        Fact(
            "Tickets",
            "Where can lost property be collected from {town} Tramways?",
            "Lost property can be collected from {town} Tramways at the office in {street}.",
            "{street}",
            form="item",
        ),
    ),
    Grid(
        "Lines",
        "Passengers of {town} Tramways in thousands",
        ("Line 1", "Line 2", "Line 3", "Line 4", "Night line"),
        "Passengers",
        "How many thousand passengers did {item} of {town} Tramways carry in {year}?",
    ),
    {
        "Passengers": (
            "Trams were late most often in {month}.",
            "A count of bicycles on board is planned.",
        ),
        "Network": (
            "Rails in the curve at the theatre were ground in {month}.",
            "Points are heated from the first frost on.",
        ),
        "Tickets": (
            "Tickets are checked by teams of two.",
            "Children under six travel free.",
        ),
        "Vehicles": (
            "Each tram is washed every {days} days.",
            "The oldest car is kept for parades.",
        ),
    },
)
CLINIC = Topic(
    "clinic",
    "{town} Clinic: report on the year {year}",
    (
        Fact(
            "Patients",
            "How many patients did the {town} Clinic treat in {year}?",
            "The {town} Clinic treated {count} patients in {year}.",
            "{count}",
            beside="It had treated {count2} in {before}.",
        ),
        Fact(
            "Waiting times",
            "How long do patients wait for an appointment at the {town} Clinic?",
            "Patients wait {days} days for an appointment at the {town} Clinic.",
            "{days} days",
        ),
        Fact(
            "Staff",
            "Who leads the emergency ward of the {town} Clinic?",
            "The emergency ward of the {town} Clinic is led by {name}.",
            "{name}",
            form="item",
        ),
    ),
    None,
    {
        "Patients": (
            "Injuries from falls rose with the ice in {month}.",
            "Interpreters were called for {percent} of the talks.",
        ),
        "Waiting times": (
            "The telephone is answered from seven in the morning.",
            "Reminders by message have reduced missed visits.",
        ),
        "Staff": (
            "Nurses choose their shifts a month ahead.",
            "The pharmacy is looking for an apprentice.",
        ),
        "Equipment": (
            "An ultrasound device was lent to the field hospital.",
            "Beds are checked every {days} weeks.",
        ),
    },
)
FIRE = Topic(
    "fire",
    "Fire Brigade of {town}: duty report {year}",
    (
        Fact(
            "Calls",
            "How many calls did the fire brigade of {town} answer in {year}?",
            "The fire brigade of {town} answered {count} calls in {year}.",
            "{count}",
            beside="It was {count2} in {before}.",
        ),
        Fact(
            "Equipment",
            "What did the turntable ladder of the {town} fire brigade cost?",
            "The turntable ladder of the {town} fire brigade cost {money}.",
            "{money}",
        ),
        Fact(
            "Volunteers",
            "When does the course for volunteers of the {town} fire brigade begin?",
            "The course for volunteers of the {town} fire brigade begins on {date}.",
            "{date}",
            form="item",
        ),
    ),
    None,
    {
        "Calls": (
            "False alarms came mostly from the shopping arcade.",
            "The longest operation took {days} hours in {month}.",
        ),
        "Equipment": (
            "Hoses are dried in the tower and tested in {month}.",
            "Breathing masks were replaced after a recall.",
        ),
        "Volunteers": (
            "Volunteers train every second Friday.",
            "Employers are paid for the hours that volunteers miss.",
        ),
        "Prevention": (
            "Inspectors visited {days} halls.",
            "Smoke alarms were handed out to older residents.",
        ),
    },
)
HANDBOOK = Topic(
    "handbook",
    "Handbook for employees of {town} Town Hall",
    (
        Fact(
            "Leave",
            "How many days of leave do employees of {town} Town Hall have?",
            "Employees of {town} Town Hall have {days} days of leave a year.",
            "{days} days",
        ),
        Fact(
            "Expenses",
            "What is paid per kilometre for private cars at {town} Town Hall?",
            "For private cars {town} Town Hall pays {small} pence per kilometre.",
            "{small} pence",
            form="item",
        ),
        Fact(
            "Illness",
            "To whom must employees of {town} Town Hall report an illness?",
            "Employees of {town} Town Hall must report an illness to {name}.",
            "{name}",
        ),
    ),
    None,
    {
        "Leave": (
            "Leave is agreed with the head of the department.",
            "Days that are left over may be taken until {month}.",
        ),
        "Expenses": (
            "Receipts are kept with the claim.",
            "A train ticket is bought in the second class.",
        ),
        "Illness": (
            "A doctor's note is needed from the fourth day.",
            "Those who come back after a long illness may start with half days.",
        ),
        "Conduct": (
            "Gifts worth more than a cup of coffee are declined.",
            "Passwords are never passed on, not even to colleagues.",
        ),
    },
)
PARKS = Topic(
    "parks",
    "Parks and trees of {town}, {year}",
    (
        Fact(
            "Trees",
            "How many trees were planted in {town} in {year}?",
            "In {year} the gardeners planted {count} trees in {town}.",
            "{count}",
            beside="In {before} they had planted {count2}.",
        ),
        Fact(
            "Playgrounds",
            "Which firm built the playground in the castle park of {town}?",
            "The playground in the castle park of {town} was built by {name} and Sons.",
            "{name} and Sons",
        ),
        Fact(
            "Rules",
            "Until what hour is the botanical garden of {town} open?",
            "The botanical garden of {town} is open until {hour}.",
            "{hour}",
            form="item",
        ),
    ),
    None,
    {
        "Trees": (
            "Young trees are watered for {days} months.",
            "Limes along the avenue were cut back in {month}.",
        ),
        "Playgrounds": (
            "Sand is changed every spring.",
            "A swing was taken down after its chain had worn.",
        ),
        "Rules": (
            "Dogs are kept on a lead.",
            "Barbecues are allowed by the river only.",
        ),
        "Ponds": (
            "The pond froze over in {month}.",
            "Feeding ducks harms the water.",
        ),
    },
)
TOPICS = (
    LIBRARY, HARBOUR, HOUSING, WASTE, SCHOOLS, WATER, MUSEUM, TRAM, CLINIC, FIRE, HANDBOOK, PARKS,
)  # fmt: skip

WHO = (
    "The council", "The finance committee", "A working group", "The clerk's office", "The auditor",
    "A delegation of residents", "The works council", "The planning board", "The chair",
    "A group of shopkeepers", "The legal adviser", "The youth parliament",
)  # fmt: skip
DID = (
    "discussed", "put off", "agreed to review", "took note of", "asked questions about",
    "published", "sent back", "commented on", "praised", "wished to shorten",
)  # fmt: skip
WHAT = (
    "the draft timetable", "the minutes of the spring session", "a proposal on street music",
    "the guidelines for contractors", "the list of open tasks", "a letter from the county",
    "the survey among customers", "the rules for public notices", "the plan for the anniversary",
    "a petition about parking", "the training programme", "the forms for suppliers",
    "an offer for cleaning services",
)  # fmt: skip
HOW = (
    "after a long debate", "without a vote", "because the costs had risen", "in a closed session",
    "for the second time", "on the advice of the county", "before the summer break",
    "and thanked all who had helped", "although several members were absent",
    "at the request of the neighbours", "in the meeting of {month}",
)  # fmt: skip

CHINESE = Topic(
    "chinese",
    "{town}{year}年工作报告",
    (
        Fact(
            "一、公共文化",
            "{year}年{town}图书馆接待读者多少人次？",
            "{year}年，{town}图书馆接待读者{wan}人次。",
            "{wan}",
            beside="{before}年接待读者{wan2}人次。",
        ),
        Fact(
            "二、城市建设",
            "{year}年{town}新建公园多少个？",
            "{year}年，{town}新建公园{small}个。",
            "{small}个",
        ),
        Fact(
            "三、教育医疗",
            "{town}中心医院有多少张床位？",
            "{town}中心医院现有床位{count}张。",
            "{count}张",
            form="item",
        ),
    ),
    None,
    {
        "一、公共文化": (
            "博物馆周末免费开放，深受市民欢迎。",
            "社区书屋延长了开放时间。",
            "文化站举办了多场演出。",
        ),
        "二、城市建设": (
            "老旧管网改造稳步推进。",
            "道路两旁补种了行道树。",
            "施工期间，公交线路临时调整。",
        ),
        "三、教育医疗": (
            "学校食堂实行统一配送。",
            "家庭医生定期上门随访。",
            "新学期增加了体育课。",
        ),
        "四、下一步工作": (
            "我们将继续听取居民意见。",
            "有关部门要加强协作，确保任务按时完成。",
            "各单位应当及时公开办事流程。",
        ),
    },
)
