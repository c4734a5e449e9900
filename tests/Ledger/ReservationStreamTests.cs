using System.Buffers;
using System.Text;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Reservations;

namespace OrleansSale.Tests.Ledger;

/// <summary>The lines of a reservation's stream, which is the only one that has the user.</summary>
public class ReservationStreamTests
{
    private const long At = 1_356_062_400_012;
    private const string User = "weibo:鲍勃";

    [Fact]
    public void Reserving_and_cancelling_in_turn_are_these_lines_and_read_back()
    {
        var reservation = default(Reservation);
        string[] lines =
        [
            """{"seq":1,"type":"reserved","at":"2012-12-21T04:00:00.012Z","data":"""
                + """{"user":"weibo:鲍勃","reservation":1}}""",
            """{"seq":2,"type":"cancelled","at":"2012-12-21T04:00:01.012Z","data":"""
                + """{"user":"weibo:鲍勃","reservation":1}}""",
            """{"seq":3,"type":"reserved","at":"2012-12-21T04:00:02.012Z","data":"""
                + """{"user":"weibo:鲍勃","reservation":2}}""",
        ];
        for (var entry = 0; entry < lines.Length; entry++)
        {
            var next = reservation.Next(User, At + (entry * 1_000));
            Line(next).ShouldBe(lines[entry]);
            Read(lines[entry], reservation).ShouldBe(next);
            (next.IsOpen, next.Version).ShouldBe((entry % 2 == 0, (entry / 2) + 1));
            reservation = next;
        }
    }

    [Fact]
    public void An_erased_stream_is_one_entry_without_the_user_and_nothing_follows()
    {
        var erased = Reservation.Erased(At);
        const string Text = """{"seq":1,"type":"erased","at":"2012-12-21T04:00:00.012Z","data":{}}""";
        Line(erased).ShouldBe(Text);
        Read(Text, default).ShouldBe(erased);
        (erased.IsOpen, erased.IsErased, erased.User, erased.Version).ShouldBe((false, true, null, 0));
        Should.Throw<LedgerFormatException>(() => Read(Line(new Reservation(2, At, User)), erased));
    }

    [Fact]
    public void Time_does_not_run_backwards_in_it() => new Reservation(1, At, User).Next(User, At - 5).At.ShouldBe(At);

    [Theory]
    [InlineData("a gap",
        """{"seq":3,"type":"reserved","at":"2012-12-21T04:00:00.012Z","data":{"user":"weibo:a","reservation":2}}""")]
    [InlineData("the same again",
        """{"seq":1,"type":"reserved","at":"2012-12-21T04:00:00.012Z","data":{"user":"weibo:a","reservation":1}}""")]
    [InlineData("reserved twice",
        """{"seq":2,"type":"reserved","at":"2012-12-21T04:00:00.012Z","data":{"user":"weibo:a","reservation":1}}""")]
    [InlineData("erased in between", """{"seq":2,"type":"erased","at":"2012-12-21T04:00:00.012Z","data":{}}""")]
    [InlineData("another type",
        """{"seq":2,"type":"held","at":"2012-12-21T04:00:00.012Z","data":{"user":"weibo:a","reservation":1}}""")]
    [InlineData("no user", """{"seq":2,"type":"cancelled","at":"2012-12-21T04:00:00.012Z","data":{"reservation":1}}""")]
    [InlineData("a user that is no text",
        """{"seq":2,"type":"cancelled","at":"2012-12-21T04:00:00.012Z","data":{"user":7}}""")]
    [InlineData("a user that is null",
        """{"seq":2,"type":"cancelled","at":"2012-12-21T04:00:00.012Z","data":{"user":null}}""")]
    [InlineData("no end", """{"seq":2,"type":"cancelled","at":"2012-12-21T04:00:00.012Z","data":{"user":"weibo """)]
    [InlineData("no JSON", "nothing")]
    public void What_does_not_follow_is_refused(string what, string line) =>
        Should.Throw<LedgerFormatException>(() => Read(line, new Reservation(1, At, "weibo:a")), what);

    /// <summary>The line of an entry, without its line feed.</summary>
    internal static string Line(Reservation reservation)
    {
        var to = new ArrayBufferWriter<byte>();
        ReservationStream.Write(to, reservation);
        return Encoding.UTF8.GetString(to.WrittenSpan).TrimEnd('\n');
    }

    private static Reservation Read(string line, Reservation before) =>
        ReservationStream.Read(Encoding.UTF8.GetBytes(line), before);
}
