using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser;

/// <summary>Whatever the dialog asks, its two buttons look like a pair.</summary>
public sealed class DialogTests(SaleStage stage)
{
    // Each pair of words that a dialog can have, with both colours of its main button.
    private const string Measure = """
        async language => {
          const { default: texts } = await import(document.documentElement.getAttribute(`data-texts-${language}`));
          const [dialog, keep, go] = ['confirm', 'confirm-keep', 'confirm-go'].map(id => document.getElementById(id));
          const wordsOf = pattern => Object.keys(texts).filter(name => pattern.test(name)).map(name => texts[name]);
          const [keeping, going] = [wordsOf(/^confirm\.[\w-]+$/), wordsOf(/^confirm\.[\w-]+\.go$/)];
          dialog.showModal();
          const uneven = keeping.length > 0 && going.length > 0 ? [] : ['no words are found'];
          for (const kept of keeping) {
            for (const gone of going) {
              for (const mood of ['primary', 'danger']) {
                keep.textContent = kept;
                go.textContent = gone;
                go.className = `button ${mood}`;
                const [a, b] = [keep, go].map(button => button.getBoundingClientRect());
                const isBeside = a.top === b.top && a.height === b.height;
                const isBelow = a.bottom < b.top && a.left === b.left && a.width === b.width;
                const isOneLine = a.height < 56 && b.height < 56;
                if (!isOneLine || !isBeside && !isBelow)
                  uneven.push(`${kept} / ${gone} (${mood})`);
              }
            }
          }
          dialog.close();
          return uneven;
        }
        """;

    [Theory]
    [InlineData("en", 320)]
    [InlineData("en", 390)]
    [InlineData("en", 1280)]
    [InlineData("zh-CN", 320)]
    [InlineData("zh-CN", 390)]
    [InlineData("zh-CN", 1280)]
    public async Task The_buttons_are_level_and_their_words_take_one_line(string language, int width)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync(language, width);
        await visitor.OpenAsync(batch);
        (await visitor.Page.EvaluateAsync<string[]>(Measure, language)).ShouldBeEmpty();
        visitor.Errors.ShouldBeEmpty();
    }
}
