<?php

declare(strict_types=1);

namespace App\Shapes;

use App\Base\Drawable;
use App\Base\Store as Registry;
use App\Tools\{Pen, Brush as Stroke};
use function App\Tools\turn;

const LIMIT = 3, DEPTH = 4;

/** A canvas. */
#[Sealed(1)]
abstract class Canvas extends Base implements Drawable, \Countable
{
    use Cached, Named { name as title; }

    public const WIDTH = 2, HEIGHT = 0x10;
    private ?int $x = 1, $y;
    public static array $shapes = ['a', "b"];

    public function __construct(private int $side, protected ?string $title = null)
    {
        parent::__construct($side);
    }

    #[Pure]
    final public static function make(int|string $side = 3, &...$rest): static
    {
        if (($side === 'a')) {
            return null;
        }
        return new static($side);
    }

    abstract protected function area(): float;

    function count(): int
    {
        return count($this->shapes);
    }
}

interface Turning extends Moving
{
    const STEPS = 4;

    public function turn(int $by): void;
}

trait Cached
{
    private $cache = [];

    public function clear()
    {
        $this->cache = [];
    }
}

enum Suit: string implements Named
{
    case Hearts = 'H';

    const WILD = self::Hearts;

    public function label(): string
    {
        return "label";
    }
}

if (!function_exists('shout')) {
    function shout(string $text): string
    {
        return strtoupper($text);
    }
}

function page(array $rows): void
{
    foreach ($rows as $row) {
        ?>
        <b><?= $row ?></b>
        <?php
    }
}
