using System.Text;
using OrleansSale.Api.Pages;
using OrleansSale.Api.Sales.Calendar;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Tests.Api.Calendar;

/// <summary>The calendar file of an opening, by RFC 5545.</summary>
public sealed class CalendarEventTests
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 12, 0, 0, TimeSpan.FromHours(8));
    private static readonly PageAddress Page = new(new Uri("https://shop.example/shop/"), "/sale/mi2-1", "zh-CN");

    private static readonly Schedule Planned =
        new(Noon.AddDays(-3), Noon.AddDays(-1), Noon, Noon.AddHours(6));

    [Fact]
    public void A_file_has_the_opening_in_UTC_with_an_alarm_before_it_and_the_page()
    {
        Encoding.UTF8.GetString(Of().ToFile()).Split("\r\n").ShouldBe(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//OrleansSale//OrleansSale//EN", "BEGIN:VEVENT",
            "UID:mi2-1@shop.example/shop", "SEQUENCE:0", "DTSTAMP:20121218T040000Z", "LAST-MODIFIED:20121218T040000Z",
            "DTSTART:20121221T040000Z", "DTEND:20121221T043000Z", "SUMMARY:小米手机 2",
            "DESCRIPTION:Mi2 · ¥1\\,999\\nhttps://shop.example/shop/sale/mi2-1?lang=zh-C", " N",
            "URL:https://shop.example/shop/sale/mi2-1?lang=zh-CN", "STATUS:CONFIRMED", "TRANSP:TRANSPARENT",
            "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:小米手机 2", "END:VALARM",
            "END:VEVENT", "END:VCALENDAR", "",
        ]);
    }

    [Fact]
    public void An_opening_that_moved_is_a_later_revision_of_the_same_event()
    {
        var (first, moved, cancelled) = (Of(), Of(by: TimeSpan.FromHours(2)), Of(TimeSpan.FromHours(2), true));
        moved.Id.ShouldBe(first.Id);
        cancelled.Id.ShouldBe(first.Id);
        moved.Starts.ShouldBe(Noon.AddHours(2));
        moved.Revision.ShouldBeGreaterThan(first.Revision);
        cancelled.Revision.ShouldBeGreaterThan(moved.Revision);
        Of(isCancelled: true).Revision.ShouldBeGreaterThan(first.Revision);
        Of(TimeSpan.FromDays(100_000)).Revision.ShouldBe(int.MaxValue - 1, "it has the range of the field");
    }

    [Fact]
    public void What_is_cancelled_says_so_and_has_no_alarm()
    {
        var file = Encoding.UTF8.GetString(Of(isCancelled: true).ToFile());
        file.ShouldContain("STATUS:CANCELLED\r\n");
        file.ShouldNotContain("VALARM");
    }

    [Theory]
    [InlineData("a; b, c\\d", "a\\; b\\, c\\\\d")]
    [InlineData("one\ntwo\r\nthree\rfour", "one\\ntwo\\nthree\\nfour")]
    [InlineData("BEGIN:VEVENT\r\nUID:x", "BEGIN:VEVENT\\nUID:x")]
    public void No_text_becomes_a_line_or_a_value_of_its_own(string title, string written) =>
        Encoding.UTF8.GetString((Of() with { Title = title }).ToFile()).Split("\r\n")
            .ShouldContain("SUMMARY:" + written);

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("米")]
    [InlineData("\U0001F4F1")]
    public void Long_lines_are_folded_between_characters(string character)
    {
        // Each length puts the fold at another byte of the character.
        for (var before = 0; before < 8; before++)
        {
            var title = new string('a', before) + string.Concat(Enumerable.Repeat(character, 120));
            var file = (Of() with { Title = title }).ToFile();
            var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
            foreach (var line in Lines(file))
            {
                line.Length.ShouldBeLessThanOrEqualTo(75);
                strict.GetString(line).ShouldNotContain('\n');
            }
            strict.GetString(file).Replace("\r\n ", "").ShouldContain($"\r\nSUMMARY:{title}\r\n");
        }
    }

    private static CalendarEvent Of(TimeSpan by = default, bool isCancelled = false)
    {
        var terms = new BatchTerms(
            "mi2-1", new Product("mi2", "Mi2", new Money(199_900, "CNY"), null), ["weibo"], 10, 1, 900, Planned,
            Title: new LanguageText("Mi2", "小米手机 2"));
        var schedule = Planned with { SaleOpens = Noon + by, SaleCloses = Noon.AddHours(6) + by };
        return OpeningEvent.Of(terms, schedule, isCancelled, Page, "zh-CN", Noon.AddDays(-3));
    }

    private static IEnumerable<byte[]> Lines(byte[] file)
    {
        for (var from = 0; from < file.Length;)
        {
            var length = file.AsSpan(from).IndexOf("\r\n"u8);
            length.ShouldBeGreaterThanOrEqualTo(0, "every line has its end");
            yield return file[from..(from + length)];
            from += length + 2;
        }
    }
}
