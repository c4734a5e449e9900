using System.Text.RegularExpressions;
using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

/// <summary>
/// Tests wait for conditions: a sleep is either too short or too long. A delay that only a token ends is no sleep, and
/// the load generator, whose business is time, is no test.
/// </summary>
public partial class WaitingTests
{
    private const string Excuse = "// bounded poll";

    // These are about time itself: a random moment of a kill, or a sale that takes some seconds.
    private const string Pace = "// paced:";

    [Fact]
    public void No_test_sleeps_but_in_a_bounded_poll() =>
        Repository.Files(".cs").Where(file => file.StartsWith("tests/", StringComparison.Ordinal))
            .Where(file => !file.StartsWith("tests/Load/", StringComparison.Ordinal))
            .SelectMany(file => SleepsIn(file, Repository.Read(file))).ShouldBeEmpty();

    [Fact]
    public void A_sleep_is_seen()
    {
        var (task, thread) = ("Task." + "Delay", "Thread." + "Sleep");
        SleepsIn(
            "a.cs",
            $"await {task}(1);\n{thread}(5);\nawait {task}(1); {Excuse}\n"
            + $"// {task} is bad\nawait {task}(Timeout.Infinite, t);")
            .ShouldBe([$"a.cs:1 await {task}(1);", $"a.cs:2 {thread}(5);"]);
    }

    private static IEnumerable<string> SleepsIn(string file, string text) =>
        text.Split('\n').Select((line, i) => (Line: line.Trim(), Number: i + 1))
            .Where(line => Sleep().IsMatch(line.Line) && !line.Line.Contains(Excuse, StringComparison.Ordinal)
                && !line.Line.Contains(Pace, StringComparison.Ordinal))
            .Select(line => $"{file}:{line.Number} {line.Line}");

    [GeneratedRegex(@"\b(?:Task\.Delay|Thread\.Sleep)\((?!Timeout\.Infinite)")]
    private static partial Regex Sleep();
}
