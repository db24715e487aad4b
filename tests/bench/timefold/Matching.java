// The matching problem for Timefold's Java solver: one planning entity per request, which takes one of its own places or none. A
// place (a slot, or a team's session at one moment) is shared by all requests that may have it, so that two requests can swap.
//
// Hard score: H2 to H8, each by how far it is broken. Soft levels: the problem's goals in their order (bendable score), so Timefold
// compares plans exactly as the format does. Reads the table that export.py writes, says each better plan on stdout.

import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.lookup.PlanningId;
import ai.timefold.solver.core.api.domain.solution.PlanningEntityCollectionProperty;
import ai.timefold.solver.core.api.domain.solution.PlanningScore;
import ai.timefold.solver.core.api.domain.solution.PlanningSolution;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeProvider;
import ai.timefold.solver.core.api.domain.variable.PlanningVariable;
import ai.timefold.solver.core.api.score.buildin.bendablelong.BendableLongScore;
import ai.timefold.solver.core.api.score.stream.Constraint;
import ai.timefold.solver.core.api.score.stream.ConstraintCollectors;
import ai.timefold.solver.core.api.score.stream.ConstraintFactory;
import ai.timefold.solver.core.api.score.stream.ConstraintProvider;
import ai.timefold.solver.core.api.score.stream.Joiners;
import ai.timefold.solver.core.api.score.stream.bi.BiConstraintStream;
import ai.timefold.solver.core.api.score.stream.uni.UniConstraintCollector;
import ai.timefold.solver.core.api.solver.Solver;
import ai.timefold.solver.core.api.solver.SolverFactory;
import ai.timefold.solver.core.config.solver.EnvironmentMode;
import ai.timefold.solver.core.config.solver.SolverConfig;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

public class Matching {
    static final long PAUSE_NANOS = 250_000_000L;
    static final long LAST_WORDS_NANOS = 400_000_000L;
    static final List<Slot> slots = new ArrayList<>();
    static final List<Team> teams = new ArrayList<>();
    static final List<School> schools = new ArrayList<>();
    static final List<Company> companies = new ArrayList<>();
    static final List<String> offers = new ArrayList<>();
    static final List<String> goals = new ArrayList<>();
    static final Map<String, Integer> keys = new HashMap<>();
    static final Map<String, Place> places = new HashMap<>();
    static int[][] travel;
    // Nodes are shared between constraints where the very same functions stand in them.
    static final Function<Visit, School> SCHOOL = visit -> visit.school;
    static final UniConstraintCollector<Visit, ?, Integer> COUNT = ConstraintCollectors.count();

    // Compared by identity: the words and numbers of a record would be hashed anew at every move.
    public record Slot(String id, int minPupils, int maxPupils, int maxGroups, long cost, int languages, boolean oneSchool) {
        @Override public int hashCode() { return System.identityHashCode(this); }
        @Override public boolean equals(Object other) { return this == other; }
    }
    public record Team(String id, int maxPerDay, int turnaround) {
        @Override public int hashCode() { return System.identityHashCode(this); }
        @Override public boolean equals(Object other) { return this == other; }
    }
    public record School(String id, long weight, int maxBookings, int maxPerDay) {
        @Override public int hashCode() { return System.identityHashCode(this); }
        @Override public boolean equals(Object other) { return this == other; }
    }
    public record Company(String id, int maxPerWeek, int max) {
        @Override public int hashCode() { return System.identityHashCode(this); }
        @Override public boolean equals(Object other) { return this == other; }
    }
    public record SchoolDay(School school, int day) {}
    public record TeamDay(Team team, int day) {}
    public record CompanyWeek(Company company, int week) {}
    public record GroupDay(String group, int day) {}

    // The key is the same for all moments of a team's session of one offer.
    public record Place(int number, int key, Slot slot, Team team, String offer, String startText, long start, long end, int day,
            int week, Company company) {
        @Override public int hashCode() { return number; }
        @Override public boolean equals(Object other) { return this == other; }
    }

    // What a place is worth to one request: how long before the start the group leaves, where a team meets it.
    public record Worth(long points, long minutes, long cost, long early, int spot) {}

    @PlanningEntity
    public static class Visit {
        @PlanningId public String id;
        public School school;
        public String group;
        public String crew;
        public int pupils;
        public int stage;
        public int languages;
        public boolean pinned;
        public Map<Integer, Worth> worths = new HashMap<>();
        public Set<Integer> kept = new HashSet<>();
        @ValueRangeProvider public List<Place> places = new ArrayList<>();
        @PlanningVariable(allowsUnassigned = true) public Place place;

        public Visit() {}
        public String getId() { return id; }
        public Place getPlace() { return place; }
        public void setPlace(Place place) { this.place = place; }
        public Worth worth() { return worths.get(place.key()); }
        public long leaves() { return place.start() - worth().early(); }
        public long returns() { return place.end() + worth().early(); }
        public Slot slot() { return place.slot(); }
        public Object session() { return place.slot() == null ? this : place.slot(); }
        public SchoolDay schoolDay() { return new SchoolDay(school, place.day()); }
        public TeamDay teamDay() { return new TeamDay(place.team(), place.day()); }
        public GroupDay groupDay() { return new GroupDay(group, place.day()); }
        public CompanyWeek companyWeek() { return new CompanyWeek(place.company(), place.week()); }
    }

    @PlanningSolution
    public static class Plan {
        @PlanningEntityCollectionProperty public List<Visit> visits;
        // The number of soft levels is known at run time only: unused levels stay at 0.
        @PlanningScore(bendableHardLevelsSize = 1, bendableSoftLevelsSize = 7) public BendableLongScore score;
        public Plan() {}
    }

    static boolean tooClose(Visit one, Visit other) {
        Visit first = one.place.start() <= other.place.start() ? one : other;
        Visit second = first == one ? other : one;
        int way = travel[first.worth().spot()][second.worth().spot()];
        return first.place.end() + first.place.team().turnaround() + way > second.place.start();
    }

    static long faults(Slot slot, List<Visit> members) {
        int pupils = 0, languages = slot.languages();
        long faults = 20L * Math.max(0, members.size() - slot.maxGroups());
        for (Visit one : members) {
            pupils += one.pupils;
            languages &= one.languages;
            if (one.stage != members.get(0).stage) faults += 20;
            if (slot.oneSchool() && one.school != members.get(0).school) faults += 20;
        }
        return faults + (languages == 0 ? 20 : 0) + Math.max(0, pupils - slot.maxPupils()) + Math.max(0, slot.minPupils() - pupils);
    }

    static BendableLongScore hard() { return BendableLongScore.ofHard(1, 7, 0, 1); }
    static BendableLongScore soft(String goal) { return BendableLongScore.ofSoft(1, 7, goals.indexOf(goal), 1); }

    public static class Rules implements ConstraintProvider {
        @Override
        public Constraint[] defineConstraints(ConstraintFactory factory) {
            List<Constraint> all = new ArrayList<>(List.of(
                slots(factory), teamDay(factory), teamWay(factory), schoolTotal(factory), schoolDay(factory), groupDay(factory), crews(factory),
                companyTotal(factory), companyWeek(factory), pins(factory)));
            for (String goal : goals) {
                all.add(goal(factory, goal));
                if (goal.equals("cost")) all.add(slotCost(factory));
            }
            return all.toArray(Constraint[]::new);
        }

        // One node for all that a slot asks of its groups: few members, looked at together.
        Constraint slots(ConstraintFactory factory) {
            return factory.forEach(Visit.class).filter(v -> v.slot() != null)
                .groupBy(Visit::slot, ConstraintCollectors.toList())
                .penalizeLong(hard(), Matching::faults).asConstraint("H2 H3");
        }
        Constraint teamDay(ConstraintFactory factory) {
            return factory.forEach(Visit.class).filter(v -> v.place.team() != null)
                .groupBy(Visit::teamDay, ConstraintCollectors.count())
                .filter((day, count) -> count > day.team().maxPerDay())
                .penalizeLong(hard(), (day, count) -> 20L * (count - day.team().maxPerDay())).asConstraint("H4 day");
        }
        Constraint teamWay(ConstraintFactory factory) {
            return factory.forEach(Visit.class).filter(v -> v.place.team() != null)
                .join(factory.forEach(Visit.class).filter(v -> v.place.team() != null),
                    Joiners.equal(Visit::teamDay), Joiners.lessThan(Visit::getId))
                .filter(Matching::tooClose)
                .penalizeLong(hard(), (a, b) -> 20L).asConstraint("H4 way");
        }
        BiConstraintStream<School, Integer> perSchool(ConstraintFactory factory) {
            return factory.forEach(Visit.class).groupBy(SCHOOL, COUNT);
        }
        Constraint schoolTotal(ConstraintFactory factory) {
            return perSchool(factory)
                .filter((school, count) -> school.maxBookings() >= 0 && count > school.maxBookings())
                .penalizeLong(hard(), (school, count) -> 20L * (count - school.maxBookings())).asConstraint("H5 total");
        }
        Constraint schoolDay(ConstraintFactory factory) {
            return factory.forEach(Visit.class).groupBy(Visit::schoolDay, ConstraintCollectors.count())
                .filter((day, count) -> count > day.school().maxPerDay())
                .penalizeLong(hard(), (day, count) -> 20L * (count - day.school().maxPerDay())).asConstraint("H5 day");
        }
        Constraint groupDay(ConstraintFactory factory) {
            return factory.forEach(Visit.class).filter(v -> v.group != null)
                .groupBy(Visit::groupDay, ConstraintCollectors.count()).filter((day, count) -> count > 1)
                .penalizeLong(hard(), (day, count) -> 20L * (count - 1)).asConstraint("H6 group");
        }
        Constraint crews(ConstraintFactory factory) {
            return factory.forEach(Visit.class).filter(v -> v.crew != null)
                .join(factory.forEach(Visit.class).filter(v -> v.crew != null), Joiners.equal(v -> v.crew),
                    Joiners.lessThan(Visit::getId),
                    Joiners.overlapping(Visit::leaves, Visit::returns))
                .penalizeLong(hard(), (a, b) -> 20L).asConstraint("H6 crew");
        }
        Constraint companyTotal(ConstraintFactory factory) {
            return factory.forEach(Visit.class).filter(v -> v.place.company().max() >= 0)
                .groupBy(v -> v.place.company(), ConstraintCollectors.countDistinct(Visit::session))
                .filter((company, count) -> count > company.max())
                .penalizeLong(hard(), (company, count) -> 20L * (count - company.max())).asConstraint("H7 total");
        }
        Constraint companyWeek(ConstraintFactory factory) {
            return factory.forEach(Visit.class).filter(v -> v.place.company().maxPerWeek() >= 0)
                .groupBy(Visit::companyWeek, ConstraintCollectors.countDistinct(Visit::session))
                .filter((week, count) -> count > week.company().maxPerWeek())
                .penalizeLong(hard(), (week, count) -> 20L * (count - week.company().maxPerWeek())).asConstraint("H7 week");
        }
        Constraint pins(ConstraintFactory factory) {
            return factory.forEachIncludingUnassigned(Visit.class).filter(v -> v.pinned && v.place == null)
                .penalizeLong(hard(), v -> 1000L).asConstraint("H8");
        }
        Constraint goal(ConstraintFactory factory, String goal) {
            if (goal.equals("equity")) {
                return perSchool(factory).rewardLong(soft(goal), (school, count) -> school.weight()).asConstraint(goal);
            }
            var visits = factory.forEach(Visit.class);
            return switch (goal) {
                case "groups" -> visits.rewardLong(soft(goal), v -> 1L).asConstraint(goal);
                case "pupils" -> visits.rewardLong(soft(goal), v -> v.pupils).asConstraint(goal);
                case "preference" -> visits.rewardLong(soft(goal), v -> v.worth().points()).asConstraint(goal);
                case "travel" -> visits.penalizeLong(soft(goal), v -> v.worth().minutes()).asConstraint(goal);
                case "cost" -> visits.penalizeLong(soft(goal), v -> v.worth().cost()).asConstraint(goal);
                case "changes" -> visits.rewardLong(soft(goal), v -> v.kept.contains(v.place.number()) ? 1L : 0L).asConstraint(goal);
                default -> throw new IllegalArgumentException(goal);
            };
        }
        Constraint slotCost(ConstraintFactory factory) {
            return factory.forEach(Visit.class).filter(v -> v.slot() != null).groupBy(Visit::slot)
                .penalizeLong(soft("cost"), Slot::cost).asConstraint("cost of slots");
        }
    }

    static Plan read(Path path) throws Exception {
        Plan plan = new Plan();
        plan.visits = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            for (String line; (line = reader.readLine()) != null; ) take(line.split("\t", -1), plan);
        }
        return plan;
    }

    static int number(String text) { return Integer.parseInt(text); }
    static <T> T at(List<T> list, String index) { return index.isEmpty() ? null : list.get(number(index)); }

    static void take(String[] p, Plan plan) {
        switch (p[0]) {
            case "goal" -> goals.add(p[1]);
            case "company" -> companies.add(new Company(p[1], number(p[2]), number(p[3])));
            case "school" -> schools.add(new School(p[1], Long.parseLong(p[2]), number(p[3]), number(p[4])));
            case "offer" -> offers.add(p[1]);
            case "team" -> teams.add(new Team(p[1], number(p[2]), number(p[3])));
            case "slot" -> slots.add(new Slot(p[1], number(p[2]), number(p[3]), number(p[4]), Long.parseLong(p[5]), number(p[6]),
                p[7].equals("1")));
            case "spots" -> travel = new int[number(p[1])][number(p[1])];
            case "way" -> { for (int i = 0; i < p.length - 2; i++) travel[number(p[1])][i] = number(p[i + 2]); }
            case "visit" -> {
                Visit visit = new Visit();
                visit.id = p[1];
                visit.school = at(schools, p[2]);
                visit.group = p[3].isEmpty() ? null : p[3];
                visit.crew = p[4].isEmpty() ? null : p[4];
                visit.pupils = number(p[5]);
                visit.stage = number(p[6]);
                visit.languages = number(p[7]);
                visit.pinned = p[8].equals("1");
                plan.visits.add(visit);
            }
            case "option" -> option(p, plan.visits.get(plan.visits.size() - 1));
            default -> throw new IllegalArgumentException(p[0]);
        }
    }

    static void option(String[] p, Visit visit) {
        long start = Long.parseLong(p[5]);
        int key = keys.computeIfAbsent(p[1] + "/" + p[2] + "/" + p[3], text -> keys.size());
        Place place = places.computeIfAbsent(key + "@" + start, text -> new Place(places.size(), key, at(slots, p[1]), at(teams, p[2]),
            at(offers, p[3]), p[4], start, Long.parseLong(p[6]), number(p[9]), number(p[10]), at(companies, p[12])));
        visit.places.add(place);
        visit.worths.put(key, new Worth(Long.parseLong(p[13]), Long.parseLong(p[14]), Long.parseLong(p[15]),
            start - Long.parseLong(p[7]), number(p[11])));
        if (p[16].equals("1")) visit.kept.add(place.number());
    }

    static String line(Plan plan) {
        StringBuilder text = new StringBuilder("{\"plan\":[");
        boolean first = true;
        for (Visit visit : plan.visits) {
            Place place = visit.place;
            if (place == null) continue;
            text.append(first ? "" : ",").append("{\"request\":").append(quoted(visit.id));
            if (place.slot() != null) {
                text.append(",\"slot\":").append(quoted(place.slot().id())).append('}');
            } else {
                text.append(",\"team\":").append(quoted(place.team().id())).append(",\"offer\":").append(quoted(place.offer()))
                    .append(",\"start\":\"").append(place.startText()).append("\"}");
            }
            first = false;
        }
        return text.append("]}").toString();
    }

    static String quoted(String id) { return '"' + id.replace("\\", "\\\\").replace("\"", "\\\"") + '"'; }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // On Linux nanoTime and Python's time.monotonic() are the same clock.
        long deadline = (long) (1e9 * Double.parseDouble(arguments[1])) - LAST_WORDS_NANOS;
        Plan problem = read(Path.of(arguments[0]));
        out.println("{\"start\":true}");
        SolverConfig config = new SolverConfig().withSolutionClass(Plan.class).withEntityClasses(Visit.class)
            .withConstraintProviderClass(Rules.class).withEnvironmentMode(EnvironmentMode.NO_ASSERT);
        Solver<Plan> solver = SolverFactory.<Plan>create(config).buildSolver();
        long[] last = {0};
        solver.addEventListener(event -> {
            long now = System.nanoTime();
            if (event.isNewBestSolutionInitialized() && event.getNewBestSolution().score.isFeasible() && now - last[0] > PAUSE_NANOS) {
                out.println(line(event.getNewBestSolution()));
                last[0] = now;
            }
        });
        // A limit of Timefold's own would begin only when everything is built.
        Thread alarm = new Thread(() -> {
            try {
                Thread.sleep(Math.max(0, (deadline - System.nanoTime()) / 1_000_000L));
            } catch (InterruptedException stop) {
                return;
            }
            solver.terminateEarly();
        });
        alarm.setDaemon(true);
        alarm.start();
        Plan best = solver.solve(problem);
        if (best.score.isFeasible()) out.println(line(best));
        else out.println("{\"note\":\"no feasible plan: " + best.score + "\"}");
    }
}
